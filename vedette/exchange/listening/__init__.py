"""Where positions are listened for: OwnTracks on an MQTT broker, and TAK clients that connect. Off until they are set.

`keep.py` sets them, `run.py` opens and closes them, `taker.py` has what they hear kept.
"""
