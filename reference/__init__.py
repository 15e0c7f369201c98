"""What is true when: national tables with dates, the ledger of published rules, all texts for users."""
