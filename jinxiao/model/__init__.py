"""The province: agents, markets, money, the calendar. Knows Conditions; knows no measure, file or figure."""

from jinxiao.model.compiled import keep_by_source

keep_by_source()
