"""The example case as data, its loader, stand-in gateways and simulated people. Always an exercise."""
