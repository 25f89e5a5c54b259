"""Forms of the applying side; those about facts are generated from the vocabulary."""
