"""Pages of the applying side, one module each. All of them are for members of the case's company:
for everyone else the case does not exist."""
