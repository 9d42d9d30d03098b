"""What gateways call: receipts and replies as signed JSON, and Kannel's own calls. See `dispatch/receipts.py`."""
