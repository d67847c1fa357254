-- no row: from now on this connection hears of each commit that changes what is shown (0034_bell.sql)
listen cockpit_bell
