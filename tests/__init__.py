"""Tests mirror the rooms; journeys/, races/ and faults/ cross them."""
