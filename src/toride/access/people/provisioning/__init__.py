"""What the institution's directory says of its people: who comes, who leaves, who is in which group."""
