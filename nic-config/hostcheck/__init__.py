"""What a host must be for packets to bypass its kernel: read, judged, explained, not changed."""
