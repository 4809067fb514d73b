"""The vocabulary of the province: cities, zones, categories, goods, sectors, occupations, durables, draws.

Every array of the model is indexed by one of these lists; English and official Chinese names stand side by side.
"""

from enum import IntEnum
from typing import Final, NamedTuple


class Named(NamedTuple):
    """A key as used in files and code, with its English and official Chinese name."""

    key: str
    en: str
    zh: str


CITIES: Final = (
    Named("Taiyuan", "Taiyuan", "太原"),
    Named("Datong", "Datong", "大同"),
    Named("Yangquan", "Yangquan", "阳泉"),
    Named("Changzhi", "Changzhi", "长治"),
    Named("Jincheng", "Jincheng", "晋城"),
    Named("Shuozhou", "Shuozhou", "朔州"),
    Named("Jinzhong", "Jinzhong", "晋中"),
    Named("Yuncheng", "Yuncheng", "运城"),
    Named("Xinzhou", "Xinzhou", "忻州"),
    Named("Linfen", "Linfen", "临汾"),
    Named("Luliang", "Lüliang", "吕梁"),
)
RESIDENCES: Final = (Named("urban", "urban", "城镇"), Named("rural", "rural", "农村"))
N_CITIES: Final = len(CITIES)
N_ZONES: Final = N_CITIES * len(RESIDENCES)
"""Zone = 2 * city + residence: eleven cities, each urban and rural."""
N_QUINTILES: Final = 5
"""Quintiles of disposable income per head, province-wide, fixed at the start of a run; 0 is the poorest."""

AGE_BANDS: Final = (
    Named("under35", "head under 35", "户主35岁以下"),
    Named("35-49", "head 35-49", "户主35—49岁"),
    Named("50-64", "head 50-64", "户主50—64岁"),
    Named("65+", "head 65 and over", "户主65岁及以上"),
)
AGE_BAND_STARTS: Final = (0, 35, 50, 65)

CATEGORIES: Final = (
    Named("food", "Food, tobacco, alcohol", "食品烟酒"),
    Named("clothing", "Clothing", "衣着"),
    Named("housing", "Housing", "居住"),
    Named("household_goods", "Household goods and services", "生活用品及服务"),
    Named("transport_communication", "Transport and communication", "交通通信"),
    Named("education_culture", "Education, culture, recreation", "教育文化娱乐"),
    Named("health", "Health", "医疗保健"),
    Named("other", "Other goods and services", "其他用品及服务"),
)
N_CATEGORIES: Final = len(CATEGORIES)


class Category(IntEnum):
    """The eight categories of the household survey (NBS)."""

    FOOD = 0
    CLOTHING = 1
    HOUSING = 2
    HOUSEHOLD_GOODS = 3
    TRANSPORT_COMMUNICATION = 4
    EDUCATION_CULTURE = 5
    HEALTH = 6
    OTHER = 7


class Sector(IntEnum):
    """Sectors of firms: sixteen that face consumers, six that do not."""

    FOOD_RETAIL = 0
    CATERING = 1
    CLOTHING_RETAIL = 2
    HOME_RETAIL = 3
    APPLIANCE_RETAIL = 4
    CAR_DEALERS = 5
    FUEL_RETAIL = 6
    OTHER_RETAIL = 7
    TRANSPORT = 8
    COMMUNICATION = 9
    HOUSING_SERVICES = 10
    EDUCATION = 11
    CULTURE_RECREATION = 12
    HEALTH_CARE = 13
    ACCOMMODATION = 14
    RESIDENT_SERVICES = 15
    FARMING = 16
    MINING = 17
    MANUFACTURING = 18
    CONSTRUCTION = 19
    PUBLIC = 20
    BUSINESS_SERVICES = 21


N_SECTORS: Final = len(Sector)
N_CONSUMER_SECTORS: Final = Sector.RESIDENT_SERVICES + 1
SECTORS: Final = (
    Named("food_retail", "Food retail", "食品零售"),
    Named("catering", "Catering", "餐饮"),
    Named("clothing_retail", "Clothing retail", "服装零售"),
    Named("home_retail", "Household goods retail", "家居用品零售"),
    Named("appliance_retail", "Appliance and digital retail", "家电数码零售"),
    Named("car_dealers", "Car dealers", "汽车销售"),
    Named("fuel_retail", "Fuel retail", "成品油零售"),
    Named("other_retail", "Other retail", "其他零售"),
    Named("transport", "Transport", "交通运输"),
    Named("communication", "Communication", "通信服务"),
    Named("housing_services", "Housing services", "居住服务"),
    Named("education", "Education", "教育"),
    Named("culture_recreation", "Culture, sport, recreation", "文化体育娱乐"),
    Named("health_care", "Health care", "卫生"),
    Named("accommodation", "Accommodation", "住宿"),
    Named("resident_services", "Resident services", "居民服务"),
    Named("farming", "Farming", "农业"),
    Named("mining", "Mining", "采矿"),
    Named("manufacturing", "Manufacturing", "制造"),
    Named("construction", "Construction", "建筑"),
    Named("public", "Public administration", "公共管理"),
    Named("business_services", "Business services", "生产性服务"),
)


class Need(IntEnum):
    """Kinds of need that scale the subsistence of goods with who lives in a household (weights: parameters)."""

    GENERAL = 0
    SCHOOLING = 1
    HEALTH = 2
    FOOD = 3
    CHILDREN = 4
    WORKING_AGE = 5
    DWELLING = 6


N_NEEDS: Final = len(Need)

OUTLETS: Final = (
    "food_shop", "restaurant", "delivery", "clothing_shop", "landlord", "utility", "home_shop", "helper", "fuel_station",
    "local_transport", "carrier", "telecom", "school", "venue", "gym", "pharmacy", "clinic", "mall", "other_services",
)  # fmt: skip
"""Where a basket is filled: goods of one outlet are bought together, so they share its baskets."""
N_OUTLETS: Final = len(OUTLETS)


class GoodSpec(NamedTuple):
    """A non-durable good or service: NBS category, seller, outlet, need, whether it is a retail sale and a service."""

    key: str
    en: str
    zh: str
    category: Category
    sector: Sector
    outlet: str
    need: Need
    retail: bool
    service: bool


GOODS: Final = (
    GoodSpec("staples", "Grain and oil", "粮油",
             Category.FOOD, Sector.FOOD_RETAIL, "food_shop", Need.FOOD, True, False),
    GoodSpec("animal_food", "Meat, eggs, dairy, fish", "肉禽蛋奶水产",
             Category.FOOD, Sector.FOOD_RETAIL, "food_shop", Need.FOOD, True, False),
    GoodSpec("vegetables_fruit", "Vegetables and fruit", "菜果",
             Category.FOOD, Sector.FOOD_RETAIL, "food_shop", Need.FOOD, True, False),
    GoodSpec("snacks_drinks", "Snacks, drinks, other food", "糕点饮料及其他食品",
             Category.FOOD, Sector.FOOD_RETAIL, "food_shop", Need.CHILDREN, True, False),
    GoodSpec("tobacco_alcohol", "Tobacco and alcohol", "烟酒",
             Category.FOOD, Sector.FOOD_RETAIL, "food_shop", Need.WORKING_AGE, True, False),
    GoodSpec("restaurant_meals", "Meals in restaurants and canteens", "堂食",
             Category.FOOD, Sector.CATERING, "restaurant", Need.WORKING_AGE, True, True),
    GoodSpec("delivery_meals", "Meals delivered", "外卖",
             Category.FOOD, Sector.CATERING, "delivery", Need.WORKING_AGE, True, True),
    GoodSpec("garments", "Garments", "服装",
             Category.CLOTHING, Sector.CLOTHING_RETAIL, "clothing_shop", Need.GENERAL, True, False),
    GoodSpec("shoes", "Shoes", "鞋类",
             Category.CLOTHING, Sector.CLOTHING_RETAIL, "clothing_shop", Need.GENERAL, True, False),
    GoodSpec("housing_upkeep", "Rent and upkeep of housing", "房租及住房维护",
             Category.HOUSING, Sector.HOUSING_SERVICES, "landlord", Need.DWELLING, False, True),
    GoodSpec("utilities", "Water, electricity, gas, heating", "水电燃料取暖",
             Category.HOUSING, Sector.HOUSING_SERVICES, "utility", Need.DWELLING, False, False),
    GoodSpec("household_articles", "Furniture, textiles, daily articles", "家具家纺及日用杂品",
             Category.HOUSEHOLD_GOODS, Sector.HOME_RETAIL, "home_shop", Need.GENERAL, True, False),
    GoodSpec("personal_care_goods", "Cosmetics and personal care goods", "个人用品",
             Category.HOUSEHOLD_GOODS, Sector.OTHER_RETAIL, "home_shop", Need.GENERAL, True, False),
    GoodSpec("domestic_services", "Domestic services", "家庭服务",
             Category.HOUSEHOLD_GOODS, Sector.RESIDENT_SERVICES, "helper", Need.DWELLING, False, True),
    GoodSpec("fuel", "Fuel and upkeep of vehicles", "交通工具用燃料及维护",
             Category.TRANSPORT_COMMUNICATION, Sector.FUEL_RETAIL, "fuel_station", Need.WORKING_AGE, True, False),
    GoodSpec("local_transport", "Local transport", "市内交通",
             Category.TRANSPORT_COMMUNICATION, Sector.TRANSPORT, "local_transport", Need.WORKING_AGE, False, True),
    GoodSpec("long_distance_transport", "Long-distance transport outside trips", "长途交通（出游以外）",
             Category.TRANSPORT_COMMUNICATION, Sector.TRANSPORT, "carrier", Need.GENERAL, False, True),
    GoodSpec("communication", "Communication services", "通信服务",
             Category.TRANSPORT_COMMUNICATION, Sector.COMMUNICATION, "telecom", Need.WORKING_AGE, False, True),
    GoodSpec("schooling", "School, tutoring, kindergarten fees", "教育",
             Category.EDUCATION_CULTURE, Sector.EDUCATION, "school", Need.SCHOOLING, False, True),
    GoodSpec("culture_entertainment", "Culture and entertainment", "文化娱乐",
             Category.EDUCATION_CULTURE, Sector.CULTURE_RECREATION, "venue", Need.GENERAL, False, True),
    GoodSpec("sport_fitness", "Sport and fitness", "体育健身",
             Category.EDUCATION_CULTURE, Sector.CULTURE_RECREATION, "gym", Need.WORKING_AGE, False, True),
    GoodSpec("medicines", "Medicines and devices", "医疗器具及药品",
             Category.HEALTH, Sector.OTHER_RETAIL, "pharmacy", Need.HEALTH, True, False),
    GoodSpec("medical_services", "Medical services", "医疗服务",
             Category.HEALTH, Sector.HEALTH_CARE, "clinic", Need.HEALTH, False, True),
    GoodSpec("jewellery_other_goods", "Jewellery and other goods", "首饰及其他用品",
             Category.OTHER, Sector.OTHER_RETAIL, "mall", Need.GENERAL, True, False),
    GoodSpec("other_services", "Hotels, hairdressing, other services", "旅馆美发及其他服务",
             Category.OTHER, Sector.RESIDENT_SERVICES, "other_services", Need.GENERAL, False, True),
)  # fmt: skip
N_GOODS: Final = len(GOODS)


class Good(IntEnum):
    """Index into GOODS."""

    STAPLES = 0
    ANIMAL_FOOD = 1
    VEGETABLES_FRUIT = 2
    SNACKS_DRINKS = 3
    TOBACCO_ALCOHOL = 4
    RESTAURANT_MEALS = 5
    DELIVERY_MEALS = 6
    GARMENTS = 7
    SHOES = 8
    HOUSING_UPKEEP = 9
    UTILITIES = 10
    HOUSEHOLD_ARTICLES = 11
    PERSONAL_CARE_GOODS = 12
    DOMESTIC_SERVICES = 13
    FUEL = 14
    LOCAL_TRANSPORT = 15
    LONG_DISTANCE_TRANSPORT = 16
    COMMUNICATION = 17
    SCHOOLING = 18
    CULTURE_ENTERTAINMENT = 19
    SPORT_FITNESS = 20
    MEDICINES = 21
    MEDICAL_SERVICES = 22
    JEWELLERY_OTHER_GOODS = 23
    OTHER_SERVICES = 24


GOOD_GROUPS: Final = {
    "food_at_home": ("staples", "animal_food", "vegetables_fruit", "snacks_drinks", "tobacco_alcohol"),
    "eating_out": ("restaurant_meals", "delivery_meals"),
    "clothing": ("garments", "shoes"),
    "housing_services": ("housing_upkeep", "utilities"),
    "household_goods": ("household_articles", "personal_care_goods"),
    "transport_services": ("local_transport", "long_distance_transport"),
    "education": ("schooling",),
    "culture_recreation": ("culture_entertainment", "sport_fitness"),
    "health": ("medicines", "medical_services"),
    "other_goods": ("jewellery_other_goods",),
    "resident_services": ("domestic_services", "other_services"),
    "all_goods": tuple(good.key for good in GOODS),
}
"""Coarse names that files may use for several goods at once."""


def goods_mask(*names: str) -> int:
    """Return the bit mask of goods named singly or by group: bit ``g`` stands for ``GOODS[g]``.

    >>> goods_mask("eating_out") == goods_mask("restaurant_meals", "delivery_meals")
    True
    """
    keys = {key for name in names for key in GOOD_GROUPS.get(name, (name,))}
    return sum(1 << index for index, good in enumerate(GOODS) if good.key in keys)


class DurableSpec(NamedTuple):
    """A class of durables: NBS category of its purchase, selling sector, units tracked per household."""

    key: str
    en: str
    zh: str
    category: Category
    sector: Sector
    slots: int


DURABLES: Final = (
    DurableSpec("car", "Car", "汽车", Category.TRANSPORT_COMMUNICATION, Sector.CAR_DEALERS, 2),
    DurableSpec("ebike", "E-bike", "电动自行车", Category.TRANSPORT_COMMUNICATION, Sector.OTHER_RETAIL, 2),
    DurableSpec("fridge", "Refrigerator", "冰箱", Category.HOUSEHOLD_GOODS, Sector.APPLIANCE_RETAIL, 2),
    DurableSpec("washer", "Washing machine", "洗衣机", Category.HOUSEHOLD_GOODS, Sector.APPLIANCE_RETAIL, 2),
    DurableSpec("ac", "Air conditioner", "空调", Category.HOUSEHOLD_GOODS, Sector.APPLIANCE_RETAIL, 3),
    DurableSpec("tv", "Television", "电视机", Category.EDUCATION_CULTURE, Sector.APPLIANCE_RETAIL, 2),
    DurableSpec(
        "water_heater", "Water heater", "热水器", Category.HOUSEHOLD_GOODS, Sector.APPLIANCE_RETAIL, 2
    ),
    DurableSpec("computer", "Computer", "计算机", Category.EDUCATION_CULTURE, Sector.APPLIANCE_RETAIL, 2),
    DurableSpec(
        "phone", "Mobile phone", "移动电话", Category.TRANSPORT_COMMUNICATION, Sector.APPLIANCE_RETAIL, 4
    ),
    DurableSpec(
        "kitchen", "Range hood and stove", "烟灶", Category.HOUSEHOLD_GOODS, Sector.APPLIANCE_RETAIL, 1
    ),
    DurableSpec(
        "tablet_watch", "Tablet, smart watch or band", "平板与智能穿戴", Category.TRANSPORT_COMMUNICATION,
        Sector.APPLIANCE_RETAIL, 2,
    ),
    # materials, sanitary ware, fitted furniture: the survey counts decoration of the home under housing
    DurableSpec("renovation", "Renewal of the home", "家装厨卫焕新", Category.HOUSING, Sector.HOME_RETAIL, 1),
)  # fmt: skip
N_DURABLES: Final = len(DURABLES)
N_SLOTS: Final = sum(d.slots for d in DURABLES)


class Durable(IntEnum):
    """Index into DURABLES."""

    CAR = 0
    EBIKE = 1
    FRIDGE = 2
    WASHER = 3
    AC = 4
    TV = 5
    WATER_HEATER = 6
    COMPUTER = 7
    PHONE = 8
    KITCHEN = 9
    TABLET_WATCH = 10
    RENOVATION = 11


class Disposal(IntEnum):
    """What becomes of old units, and used cars bought: counts of real units by city."""

    CARS_SCRAPPED = 0
    CARS_SOLD = 1
    """to dealers of used cars"""
    CARS_KEPT = 2
    """handed over within the family"""
    USED_CARS_BOUGHT = 3
    OTHERS_RECOVERED = 4
    """old e-bikes, appliances and digital units that reach a recycler or a seller who takes them back"""
    OTHERS_KEPT = 5
    """old units of these that are kept, given away or sold privately"""


N_DISPOSALS: Final = len(Disposal)


class Occupation(IntEnum):
    """What an earner does for a living."""

    NONE = 0
    FORMAL = 1
    MIGRANT = 2
    FLEXIBLE = 3
    SELF_EMPLOYED = 4
    FARMER = 5


class Stage(IntEnum):
    """Stage of life of a household, from its columns: see ``rules.life_stage``."""

    YOUNG = 0
    """works, no child at home yet"""
    CHILDREN = 1
    """works, children or students at home"""
    LATER = 2
    """works, children have left or there were none; retirement approaches"""
    RETIRED = 3


N_STAGES: Final = len(Stage)


class MemberBand(IntEnum):
    """Age bands in which a household's members are counted."""

    AGE_0_2 = 0
    AGE_3_5 = 1
    AGE_6_14 = 2
    AGE_15_17 = 3
    STUDENT = 4
    AGE_18_59 = 5
    AGE_60_79 = 6
    AGE_80_PLUS = 7


N_BANDS: Final = len(MemberBand)


class Insurance(IntEnum):
    """Medical insurance scheme of a household: employee scheme, or resident scheme."""

    EMPLOYEE = 0
    RESIDENT = 1


class Payer(IntEnum):
    """Who pays for a measure."""

    CENTRE = 0
    PROVINCE = 1
    CITY = 2
    FUND = 3
    FIRMS = 4
    UNIONS = 5


PAYERS: Final = (
    Named("centre", "Central government", "中央财政"),
    Named("province", "Province", "省级财政"),
    Named("city", "Cities and counties", "市县财政"),
    Named("fund", "Social insurance funds", "社会保险基金"),
    Named("firms", "Firms and employers", "企业"),
    Named("unions", "Trade unions", "工会"),
)
FISCAL_PAYERS: Final = (Payer.CENTRE, Payer.PROVINCE, Payer.CITY, Payer.FUND)


class Market(IntEnum):
    """Origin markets of tourist parties from outside the province: other provinces first, then inbound."""

    BEIJING = 0
    TIANJIN = 1
    HEBEI = 2
    INNER_MONGOLIA = 3
    LIAONING = 4
    JILIN = 5
    HEILONGJIANG = 6
    SHANGHAI = 7
    JIANGSU = 8
    ZHEJIANG = 9
    ANHUI = 10
    FUJIAN = 11
    JIANGXI = 12
    SHANDONG = 13
    HENAN = 14
    HUBEI = 15
    HUNAN = 16
    GUANGDONG = 17
    GUANGXI = 18
    HAINAN = 19
    CHONGQING = 20
    SICHUAN = 21
    GUIZHOU = 22
    YUNNAN = 23
    TIBET = 24
    SHAANXI = 25
    GANSU = 26
    QINGHAI = 27
    NINGXIA = 28
    XINJIANG = 29
    HONG_KONG = 30
    MACAO = 31
    TAIWAN = 32
    FOREIGN_VISA_FREE = 33
    FOREIGN_VISA = 34


MARKETS: Final = (
    Named("beijing", "Beijing", "北京"),
    Named("tianjin", "Tianjin", "天津"),
    Named("hebei", "Hebei", "河北"),
    Named("inner_mongolia", "Inner Mongolia", "内蒙古"),
    Named("liaoning", "Liaoning", "辽宁"),
    Named("jilin", "Jilin", "吉林"),
    Named("heilongjiang", "Heilongjiang", "黑龙江"),
    Named("shanghai", "Shanghai", "上海"),
    Named("jiangsu", "Jiangsu", "江苏"),
    Named("zhejiang", "Zhejiang", "浙江"),
    Named("anhui", "Anhui", "安徽"),
    Named("fujian", "Fujian", "福建"),
    Named("jiangxi", "Jiangxi", "江西"),
    Named("shandong", "Shandong", "山东"),
    Named("henan", "Henan", "河南"),
    Named("hubei", "Hubei", "湖北"),
    Named("hunan", "Hunan", "湖南"),
    Named("guangdong", "Guangdong", "广东"),
    Named("guangxi", "Guangxi", "广西"),
    Named("hainan", "Hainan", "海南"),
    Named("chongqing", "Chongqing", "重庆"),
    Named("sichuan", "Sichuan", "四川"),
    Named("guizhou", "Guizhou", "贵州"),
    Named("yunnan", "Yunnan", "云南"),
    Named("tibet", "Tibet", "西藏"),
    Named("shaanxi", "Shaanxi", "陕西"),
    Named("gansu", "Gansu", "甘肃"),
    Named("qinghai", "Qinghai", "青海"),
    Named("ningxia", "Ningxia", "宁夏"),
    Named("xinjiang", "Xinjiang", "新疆"),
    Named("hong_kong", "Hong Kong", "香港"),
    Named("macao", "Macao", "澳门"),
    Named("taiwan", "Taiwan", "台湾"),
    Named("foreign_visa_free", "Foreign, visa-free entry", "免签外国人"),
    Named("foreign_visa", "Foreign, visa required", "需签证外国人"),
)
N_MARKETS: Final = len(Market)
N_PROVINCES: Final = int(Market.HONG_KONG)
"""Other provinces; markets from here on are inbound."""
MARKET_GROUPS: Final = {
    "other_provinces": tuple(m.key for m in MARKETS[:N_PROVINCES]),
    "bordering_provinces": ("hebei", "inner_mongolia", "henan", "shaanxi"),
    "hk_macao_taiwan": ("hong_kong", "macao", "taiwan"),
    "foreign": ("foreign_visa_free", "foreign_visa"),
    "inbound": tuple(m.key for m in MARKETS[N_PROVINCES:]),
}
"""Names that files may use for several markets at once."""


def market_indices(*names: str) -> list[int]:
    """Return the markets named singly or by group, in their order.

    >>> market_indices("hk_macao_taiwan") == market_indices("taiwan", "hong_kong", "macao")
    True
    """
    keys = {key for name in names for key in MARKET_GROUPS.get(name, (name,))}
    return [index for index, market in enumerate(MARKETS) if market.key in keys]


class Period(IntEnum):
    """Parts of a month in which a party from outside may come."""

    WORKDAYS = 0
    WEEKENDS = 1
    HOLIDAY = 2
    """the longest public holiday of the month, with the weekend and the days moved next to it"""
    OTHER_HOLIDAY = 3
    """a shorter one"""


N_PERIODS: Final = len(Period)
FIRST_YEAR: Final = 2024
"""Month 0 of a run is January of this year; burn-in months carry negative indices (the year before)."""


def month_label(month: int) -> str:
    """Return ``2025-07`` for month index 18 (month 0 is January 2024)."""
    return f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}"


def month_index(label: str) -> int:
    """Return the month index of a ``YYYY-MM`` label; inverse of :func:`month_label`."""
    year, month = label.split("-")
    return (int(year) - FIRST_YEAR) * 12 + int(month) - 1
