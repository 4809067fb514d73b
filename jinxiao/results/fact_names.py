"""What readers see for the keys of the table of facts: series, breakdowns and blocks in both languages."""

from typing import Final

from jinxiao.model import names
from jinxiao.results.labels import QUINTILES, Label

BLOCKS: Final = {
    "income": Label("Income", "收入"),
    "consumption": Label("Consumption", "消费"),
    "distribution": Label("Distribution", "分配"),
    "cities": Label("Cities", "地市"),
    "retail sales": Label("Retail sales", "社会消费品零售"),
    "population": Label("Population", "人口"),
    "synthetic province": Label("Synthetic province", "合成人口"),
    "durables": Label("Durables", "耐用消费品"),
    "employment": Label("Employment", "就业"),
    "wages": Label("Wages", "工资"),
    "money": Label("Deposits and loans", "存贷款"),
    "travel": Label("Travel", "旅游"),
    "firms": Label("Firms", "市场主体"),
    "national accounts": Label("National accounts", "国民核算"),
    "public money": Label("Public money", "财政与社保"),
    "budgets": Label("Budgets", "财政收支"),
    "fitted": Label("Fitted facts", "拟合指标"),
    "outcomes": Label("Outcomes (not fitted)", "检验指标（未拟合）"),
    "all": Label("All facts", "全部指标"),
    "bridges": Label("Bridges (other definition)", "口径衔接（定义不同）"),
}
SERIES: Final = {
    "income_per_head": Label("Disposable income per head", "人均可支配收入"),
    "income_per_head_wages": Label("Wage income per head", "人均工资性收入"),
    "income_per_head_business": Label("Business income per head", "人均经营净收入"),
    "income_per_head_property": Label("Property income per head", "人均财产净收入"),
    "income_per_head_transfers": Label("Transfer income per head", "人均转移净收入"),
    "consumption_per_head": Label("Consumption per head", "人均消费支出"),
    **{
        f"consumption_per_head_{c.key}": Label(
            f"Consumption per head: {c.en.lower()}", f"人均消费支出：{c.zh}"
        )
        for c in names.CATEGORIES
    },
    "engel_coefficient": Label("Engel coefficient", "恩格尔系数"),
    "saving_rate": Label("Saving rate", "储蓄率"),
    "household_consumption_survey": Label(
        "Household consumption, survey total", "居民消费支出总额（住户调查）"
    ),
    "income_per_head_quintile": Label("Income per head by quintile", "五等份人均可支配收入"),
    "liquidity_types": Label("Households by liquidity", "按流动性划分的家庭占比"),
    "hand_to_mouth_share": Label("Hand-to-mouth households", "月光家庭占比"),
    "population": Label("Population", "常住人口"),
    "urban_share": Label("Urban share", "城镇化率"),
    "retail_sales": Label("Retail sales", "社会消费品零售总额"),
    "retail_sales_catering": Label("Retail sales: catering", "零售总额：餐饮收入"),
    "retail_sales_goods": Label("Retail sales: goods", "零售总额：商品零售"),
    "household_size_mean": Label("Persons per household", "户均人口"),
    "births": Label("Births", "出生人口"),
    "population_share_age": Label("Share of age group", "年龄组人口比重"),
    "ownership_per_100": Label("Owned per 100 households", "每百户拥有量"),
    "car_registrations": Label("New cars registered", "新注册汽车"),
    "used_car_trades": Label("Used cars traded", "二手车交易量"),
    "vehicles_scrapped": Label("Vehicles scrapped", "报废机动车回收量"),
    "purchases_per_100": Label("Bought per 100 households", "每百户购买量"),
    "employment": Label("Employment", "就业人员"),
    "unemployment_surveyed": Label("Surveyed unemployment rate", "城镇调查失业率"),
    "wage_mean_monthly": Label("Mean monthly wage", "月平均工资"),
    "deposits_households_per_head": Label("Household deposits per head", "人均住户存款"),
    "deposits_households": Label("Household deposits", "住户存款"),
    "deposits_households_demand": Label("Household demand deposits", "住户活期存款"),
    "deposits_households_growth": Label("Growth of household deposits", "住户存款增速"),
    "loans_households": Label("Household loans", "住户贷款"),
    "domestic_trips_per_head": Label("Domestic trips per head", "人均国内出游次数"),
    "domestic_trip_spending_per_trip": Label("Spending per domestic trip", "国内旅游次均花费"),
    "resident_trips": Label("Trips of residents", "居民出游人次"),
    "resident_trips_outside_province": Label("Trips outside the province", "居民出省游人次"),
    "inbound_overnight_visitors": Label("Inbound overnight visitors", "入境过夜游客"),
    "visitors_from_within_province": Label("Visitors from the province", "省内游客"),
    "visitors_from_outside_province": Label("Visitors from outside the province", "省外游客"),
    "domestic_visitors": Label("Domestic visitors", "国内游客"),
    "domestic_tourism_revenue": Label("Domestic tourism revenue", "国内旅游收入"),
    "inbound_receipts": Label("Inbound receipts", "入境旅游外汇收入"),
    "visitor_spending_per_head": Label("Visitors' spending per head", "游客人均花费"),
    "visitors_may_day_holiday": Label("Visitors on May Day, phone data", "五一假期访客（手机信令）"),
    "holiday_visitors": Label("Visitors on a holiday", "假日接待游客"),
    "holiday_tourism_revenue": Label("Tourism revenue of a holiday", "假日旅游收入"),
    "business_units": Label("Business units", "法人单位"),
    "individual_businesses": Label("Individual businesses", "个体经营户"),
    "gdp_expenditure": Label("GDP by expenditure", "支出法生产总值"),
    "gdp": Label("Gross domestic product", "地区生产总值"),
    "labour_share": Label("Labour share of value added", "劳动者报酬占比"),
    "value_added": Label("Value added", "增加值"),
    "fiscal_revenue": Label("Revenue of local budgets", "一般公共预算收入"),
    "fiscal_spending": Label("Spending of local budgets", "一般公共预算支出"),
    "central_transfers": Label("Transfers of the centre", "中央转移支付"),
    "tradein_subsidy": Label("Trade-in subsidies", "以旧换新补贴"),
    "pensions_paid": Label("Pensions paid", "养老金发放"),
    "unemployment_benefit_paid": Label("Unemployment benefits paid", "失业保险金发放"),
    "retail_sales_above_size": Label("Retail sales of units above the size limit", "限额以上零售额"),
    "deaths": Label("Deaths", "死亡人口"),
    "tradein_sales": Label("Sales with trade-in subsidies", "以旧换新带动销售额"),
    "synthetic_persons": Label("Synthetic persons", "合成人口"),
    "synthetic_households": Label("Synthetic households", "合成家庭户"),
    "synthetic_urban_share": Label("Synthetic urban share", "合成人口城镇化率"),
    "synthetic_household_size": Label("Synthetic households by size", "合成家庭户规模"),
    "synthetic_ages": Label("Synthetic persons by age", "合成人口年龄"),
    "synthetic_income_quintiles": Label("Synthetic income quintiles", "合成人口收入五等份"),
    "synthetic_pensioners_and_insured": Label("Synthetic pensioners and insured", "合成人口社会保险"),
    "synthetic_wealth": Label("Synthetic wealth", "合成人口财富"),
    "tax_revenue": Label("Tax revenue", "税收收入"),
}
"""Names of the series; one that is not here shows as its key."""
BREAKDOWNS: Final = {
    "urban": "城镇", "rural": "农村", "car": "汽车", "e-bike": "电动自行车", "fridge": "冰箱", "washing machine": "洗衣机",
    "air conditioner": "空调", "television": "电视机", "water heater": "热水器", "computer": "计算机",
    "mobile phone": "移动电话", "range hood": "排油烟机", "tablet or watch": "平板与智能穿戴",
    "all cars": "全部汽车", "wholesale and retail": "批发零售", "hotels and catering": "住宿餐饮",
    "transport": "交通运输", "information technology": "信息技术", "real estate": "房地产", "utilities": "公用事业",
    "education": "教育", "culture sports entertainment": "文化体育娱乐", "health": "卫生", "resident services": "居民服务",
    "primary": "第一产业", "mining": "采矿业", "manufacturing": "制造业", "construction": "建筑业",
    "public administration": "公共管理", "water environment public facilities": "水利环境和公共设施", "finance": "金融业",
    "leasing and business services": "租赁和商务服务", "scientific and technical services": "科学技术服务",
    "mortgages": "个人住房贷款", "consumer other than mortgages": "其他消费贷款", "secondary and tertiary": "第二、三产业",
    "capital formation": "资本形成", "net outflow": "净流出", "secondary": "第二产业", "tertiary": "第三产业",
    "social security and employment": "社会保障和就业", "household consumption": "居民消费",
    "government consumption": "政府消费", "both schemes": "两类养老保险",
    "personal income tax": "个人所得税", "appliances": "家电", "appliances and home goods": "家电家居", "cars": "汽车",
    "fuel": "成品油", "employee pensioners": "职工养老金领取者", "resident pensioners": "居民养老金领取者",
    "resident insured": "居民医保参保者", "savings": "储蓄", "tenants": "租房户", "number": "户数",
    "mean size": "户均人口", "students of 18 and over": "18岁及以上学生", "18-59 without students": "18-59（不含学生）",
    "Spring Festival": "春节", "Qingming": "清明", "May Day": "五一", "Dragon Boat": "端午", "Mid-Autumn": "中秋",
    "National Day": "国庆", "National Day and Mid-Autumn": "国庆中秋", "from other provinces": "外省",
    **{f"Q{i} over the mean": f"第{i}组与均值之比" for i in range(1, 6)},
    **{key: one.zh for key, one in QUINTILES.items()},
}  # fmt: skip
"""Chinese names of breakdowns, and of the words they are made of."""
UNITS_ZH: Final = {
    "yuan/year": "元/年", "yuan/month": "元/月", "yuan/trip": "元/次", "yuan": "元", "%": "%", "100m yuan": "亿元",
    "ratio to the mean": "与均值之比", "% of households": "占家庭%", "10k persons": "万人", "persons": "人",
    "% of value added": "占增加值%",
    "per 100 households": "每百户", "units/100 households": "件/百户", "vehicles": "辆", "trips": "次", "10k trips": "万人次",
    "10k visits": "万人次", "10k US dollars": "万美元", "10k units": "万个", "households": "户", "ratio": "比值",
}  # fmt: skip
_CITIES: Final = {city.key: Label(city.en, city.zh) for city in names.CITIES}


def block_name(block: str, lang: str) -> str:
    """Return the name of a block of facts; one that is not here shows as its key."""
    return BLOCKS[block].of(lang) if block in BLOCKS else block


def unit_name(unit: str, lang: str) -> str:
    """Return the unit of a fact."""
    return UNITS_ZH.get(unit, unit) if lang == "zh" else unit


def breakdown_name(breakdown: str, lang: str) -> str:
    """Return a breakdown, e.g. ``fridge urban``."""
    if lang != "zh" or breakdown in BREAKDOWNS:
        return BREAKDOWNS[breakdown] if lang == "zh" else breakdown
    if " + " in breakdown:
        return "、".join(breakdown_name(part, lang) for part in breakdown.split(" + "))
    head, _, residence = breakdown.rpartition(" ")
    head = head.removesuffix(",")
    if head and residence in ("urban", "rural"):
        return f"{BREAKDOWNS[residence]}{BREAKDOWNS.get(head, head)}"
    return breakdown


def fact_name(series: str, geo: str, breakdown: str, lang: str, period: str = "") -> str:
    """Return what a fact is about: series, city where it is one, breakdown, and the period if it is given."""
    name = SERIES[series].of(lang) if series in SERIES else series
    parts = [_CITIES[geo].of(lang)] if geo in _CITIES else []
    parts += [breakdown_name(breakdown, lang)] if breakdown != "all" else []
    parts += [period] if period else []
    if not parts:
        return name
    return f"{name}（{'，'.join(parts)}）" if lang == "zh" else f"{name} ({', '.join(parts)})"
