"""The demo shop: a believable brand of our own, with texts and pictures made for it."""
