"""An event-sourced audit ledger for pupils' SEND history and transfers."""
