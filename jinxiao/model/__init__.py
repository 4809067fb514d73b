"""The province: agents, markets, money, the calendar. Knows Conditions; knows no measure, file or figure."""
