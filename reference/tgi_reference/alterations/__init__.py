"""What stands between the API and its clients when it is to answer otherwise: faults and variants alike."""
