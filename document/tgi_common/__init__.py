"""What every package of this project may use: the text of strangers and users, read and shown safely."""
