"""Speed and memory beside a baseline of the same run; nothing here is asserted by a test."""
