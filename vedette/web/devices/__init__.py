"""What people's own devices call over HTTP: OwnTracks, and Traccar Client or anything that speaks OsmAnd's protocol."""
