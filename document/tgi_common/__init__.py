"""What every package of this project may use: untrusted text, read and shown safely."""
