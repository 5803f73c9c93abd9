"""
Hooks: other programs' addresses, called when something happens.

    subscriptions   make, change and end them         fan_out   facts into deliveries, one for each hook that waits
    addresses       where we may call                 courier   carries deliveries that are due
    signing         Standard Webhooks                 calling   one call, to the address that was checked
    replaying       send again                        outcomes  what an answer means for delivery and hook

A delivery is a row from the moment the fact is read, and stays one until it was taken: at least once, with the same
id each time.
"""
