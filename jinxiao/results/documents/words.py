"""The words of reports in both languages."""

from typing import Final

from jinxiao.results.labels import Label

WORDS: Final = {
    # titles
    "title_uplift": Label("{plan}: what its measures add to consumption", "{plan}：措施新增消费评估报告"),
    "title_compare": Label("{plan}: scenarios compared", "{plan}：情景比较报告"),
    "title_run": Label("{plan}: one scenario month by month", "{plan}：情景模拟报告"),
    "title_facts": Label("The model beside published statistics", "模型与公布统计数据对照报告"),
    "title_trial": Label("The model on natural experiments", "模型的自然实验检验报告"),
    "title_sensitivity": Label("{plan}: what drives the result", "{plan}：参数敏感性报告"),
    "title_other": Label("{plan}: results of the simulation", "{plan}：模拟结果报告"),
    "subtitle": Label("Simulation with jinxiao {version}", "基于晋消（jinxiao {version}）多主体模拟"),
    # chapters
    "summary": Label("Summary", "摘要"),
    "uplift": Label("What each measure adds", "各措施新增消费"),
    "compare": Label("Scenarios side by side", "情景比较"),
    "run": Label("Scenario: {name}", "情景：{name}"),
    "facts": Label("The model beside published statistics", "模型与公布统计数据对照"),
    "trial": Label("Natural experiments", "自然实验检验"),
    "sensitivity": Label("What drives the result", "结果由哪些参数驱动"),
    "other": Label("Results of “{name}”", "“{name}”的结果"),
    "limits": Label("Limits", "局限"),
    "annex": Label("Annex: method", "附录：方法"),
    "model": Label("The model", "模型简介"),
    "terms": Label("How to read the numbers", "数字如何理解"),
    "parameters": Label("Parameters that were drawn", "随机抽取的参数"),
    "sources": Label("Where the data come from", "数据来源"),
    "examined": Label("Trials passed and failed", "检验的通过与未通过"),
    "repeat": Label("How to repeat it", "如何复现"),
    # summary
    "whole_set": Label("The {count} measures together add", "{count} 项措施合计新增消费"),
    "one_measure": Label("Measure {name} adds", "措施“{name}”新增消费"),
    "added": Label(
        "{who} {median} {unit}{ends} to consumption in the province from {start} to {end} ({reference}; {closure}), "
        "{share}% of what it would have been.",
        "{start} 至 {end}，{who} {median} {unit}{ends}（{reference}；{closure}），相当于对照情景消费总额的 {share}%。",
    ),
    "less": Label(
        "{who} {median} {unit}{ends} to consumption in the province from {start} to {end} ({reference}; {closure}): "
        "consumption falls by {share}%.",
        "{start} 至 {end}，{who} {median} {unit}{ends}（{reference}；{closure}），即消费总额比对照情景减少 {share}%。",
    ),
    "ends": Label(" (90% interval {ends})", "（90% 区间 {ends}）"),
    "one_draw": Label(
        "There is a single draw, so no interval can be given.", "仅一次抽样，无法给出区间。"
    ),
    "gross": Label(
        "By the rules of official releases they would be credited with {gross} {unit} (gross); {part} additional yuan stand "
        "beside each gross yuan, since most of that spending would have happened anyway, was brought forward, or replaced "
        "other spending.",
        "若按官方通报口径，带动消费额（毛额）为 {gross} {unit}；每 1 元毛额对应 {part} 元新增消费，"
        "其余为原本就会发生、提前透支或替代其他消费的部分。",
    ),
    "cost": Label(
        "Fiscal cost is {cost} {unit}: {ratio}{ends} additional and {gross} gross yuan per yuan spent.",
        "财政成本 {cost} {unit}：每元财政资金新增消费 {ratio} 元{ends}，带动消费额（毛额）{gross} 元。",
    ),
    "cost_only": Label("Fiscal cost is {cost} {unit}.", "财政成本 {cost} {unit}。"),
    "payers": Label("It is borne by {payers}.", "出资构成：{payers}。"),
    "payback": Label(
        "Monthly median uplift is highest in {peak} ({high} {unit}). In {count} of {months} months it is below the reference: "
        "spending that was brought forward is missing then, {back} {unit} in all; the totals above are net of it.",
        "各月新增消费中位数在 {peak} 最高（{high} {unit}）；{months} 个月中有 {count} 个月低于对照情景，"
        "即提前透支后的回落，合计 {back} {unit}，上述总额已扣除。",
    ),
    "no_payback": Label(
        "Monthly median uplift is highest in {peak} ({high} {unit}) and in no month falls below the reference: no payback "
        "is seen in the total.",
        "各月新增消费中位数在 {peak} 最高（{high} {unit}），没有一个月低于对照情景，总量上未见回落。",
    ),
    "largest": Label("Most is added by {listed} {unit}.", "新增最多的措施：{listed} {unit}。"),
    "new": Label(
        "Of the whole, {median} {unit}{ends} is new under the plan; the rest comes from instruments that ran before it.",
        "其中属于方案新增力度的为 {median} {unit}{ends}，其余来自方案前已在实施的政策。",
    ),
    "evidence": Label(
        "Evidence: {counts}. A total has the grade of its weakest part: {grade}.",
        "证据等级：{counts}。合计的等级取其中最弱者：{grade}。",
    ),
    "evidence_one": Label("Evidence grade: {grade}.", "证据等级：{grade}。"),
    "sum_compare": Label(
        "“{name}” adds {median} {unit}{ends} to consumption at a fiscal cost of {cost} {unit} ({ratio}).",
        "“{name}”新增消费 {median} {unit}{ends}，财政成本 {cost} {unit}（{ratio}）。",
    ),
    "ratio": Label("{ratio} additional yuan per yuan", "每元财政资金新增 {ratio} 元"),
    "no_ratio": Label("no ratio: a draw has no cost", "部分抽样无财政成本，不计比值"),
    "against": Label("Compared with {name}, on the same draws:", "与“{name}”在相同抽样下相比："),
    "sum_run": Label(
        "Under “{name}” consumption in the province is {value} {unit} in {year}, of which residents spend {residents}.",
        "“{name}”情景下，{year} 年全省消费总额为 {value} {unit}，其中居民消费支出 {residents} {unit}。",
    ),
    "sum_facts": Label(
        "Of {count} published figures of 2024 the model meets {within} within the band asked of them; {fitted} of them were "
        "fitted, {free} were not, and of these it meets {free_within}.",
        "2024 年 {count} 项公布指标中，模型有 {within} 项在要求的误差范围内；其中 {fitted} 项用于拟合，{free} 项未用于拟合，"
        "后者达标 {free_within} 项。",
    ),
    "sum_trials": Label(
        "On natural experiments that it was never fitted to, the model lies in the published band for {within} of {count} "
        "quantities.",
        "在从未用于拟合的自然实验中，{count} 项指标有 {within} 项落在公布区间内。",
    ),
    "sum_drivers": Label(
        "What moves the result most ({measure}, {outcome}): {listed}.",
        "对结果影响最大的参数（{measure}，{outcome}）：{listed}。",
    ),
    # tables
    "t_uplift": Label("What each measure adds over the window", "各措施评估期内新增消费与成本"),
    "t_outcomes": Label("{name}: effect on each indicator", "{name}：对各项指标的影响"),
    "t_payers": Label("Who pays: cost by payer, medians", "谁出资：各承担方成本（中位数）"),
    "t_years": Label("When: additional consumption by year, medians", "何时见效：分年新增消费（中位数）"),
    "t_groups": Label("{name}: who gains", "{name}：谁受益"),
    "t_compare": Label("Scenarios compared with {name}", "各情景与“{name}”的比较"),
    "t_run": Label("{name}: indicators by year", "{name}：分年主要指标"),
    "t_categories": Label("{name}: consumption of residents by category", "{name}：分类别居民消费支出"),
    "t_facts": Label("Facts within their bands, by block", "各类指标达标情况"),
    "t_misses": Label("Facts outside their bands", "未达标的指标"),
    "t_all_facts": Label("All facts", "全部指标"),
    "t_trials": Label("Natural experiments: published and model", "自然实验：公布结果与模型结果"),
    "t_drivers": Label("The most influential numbers", "影响最大的参数"),
    "t_parameters": Label("Parameters of the model with their priors", "模型参数及其先验分布"),
    "t_levers": Label("Uncertain numbers of the measures", "措施中的不确定参数"),
    "t_sources": Label("Published statistics by source", "公布统计数据（按来源）"),
    "t_measure_sources": Label("Sources of the measures", "措施的来源"),
    "t_runs": Label("The runs behind this report", "本报告所依据的模拟"),
    "t_flow": Label("Payments between sectors by year", "部门间资金流量（分年）"),
    # heads
    "number": Label("No.", "序号"),
    "measure": Label("Measure", "措施"),
    "scenario": Label("Scenario", "情景"),
    "grade": Label("Evidence", "证据等级"),
    "added_head": Label("Additional, {unit}", "新增消费（{unit}）"),
    "interval": Label("90% interval", "90% 区间"),
    "low": Label("low", "下限"),
    "high": Label("high", "上限"),
    "cost_head": Label("Fiscal cost, {unit}", "财政成本（{unit}）"),
    "ratio_head": Label("Added per yuan", "每元新增（元）"),
    "net_head": Label("Net per yuan", "每元净增（元）"),
    "gross_head": Label("Gross per yuan", "每元带动毛额（元）"),
    "jobs_head": Label("Jobs, mean", "岗位（月均，人）"),
    "outcome": Label("Indicator", "指标"),
    "unit": Label("Unit", "单位"),
    "without": Label("Reference", "对照情景"),
    "effect": Label("Effect, median", "影响（中位数）"),
    "percent": Label("% of reference", "占对照情景（%）"),
    "total": Label("Whole window", "评估期合计"),
    "group": Label("Group", "分组"),
    "by": Label("By", "分类"),
    "per_head": Label("Per head, yuan", "人均（元）"),
    "block": Label("Block", "类别"),
    "facts_n": Label("Facts", "指标数"),
    "within": Label("Within {band:g}%", "≤{band:g}%"),
    "in_band": Label("In band asked", "达到要求"),
    "fact": Label("Fact", "指标"),
    "period": Label("Period", "时期"),
    "published": Label("Published", "公布值"),
    "model_head": Label("Model", "模型"),
    "error": Label("Error, %", "误差（%）"),
    "fitted": Label("Fitted", "用于拟合"),
    "source": Label("Source", "来源"),
    "yes": Label("yes", "是"),
    "no": Label("no", "否"),
    "trial_head": Label("Trial", "实验"),
    "quantity": Label("Quantity", "指标"),
    "band": Label("Band", "公布区间"),
    "parameter": Label("Parameter", "参数"),
    "meaning": Label("Meaning", "含义"),
    "value": Label("Value", "数值"),
    "index": Label("Index", "指数"),
    "prior": Label("Prior", "先验分布"),
    "basis": Label("Basis", "依据"),
    "title_head": Label("Title", "标题"),
    "address": Label("Address", "网址"),
    "figures_n": Label("Figures", "数据条数"),
    "confidence": Label("Confidence", "可信度"),
    "year": Label("Year", "年份"),
    "payer": Label("Payer", "付款方"),
    "payee": Label("Payee", "收款方"),
    "item": Label("Item", "项目"),
    "what": Label("What", "项目"),
    "run_head": Label("Folder", "结果文件夹"),
    "category": Label("Category", "类别"),
    # notes
    "source_note": Label("Source: jinxiao {version}. {scope}.", "来源：晋消 jinxiao {version} 模拟。{scope}。"),
    "ratio_note": Label(
        "Added, net, gross per yuan of fiscal cost: additional consumption; the same less other public purchases given up "
        "within the window; spending attributed by the rules of official releases. –: no fiscal cost in some draw.",
        "每元新增、净增、带动毛额：每元财政资金对应的新增消费；扣除期内挤出的其他政府采购；按官方通报口径带动的消费额。"
        "–：部分抽样中无财政成本。",
    ),
    "alone_note": Label(
        "Measures alone do not add up to the whole, since they interact; indicators overlap and are never added up.",
        "各措施单独的效果因相互作用不能直接相加；各项指标口径有重叠，不可相加。",
    ),
    "shapley_note": Label("Shapley shares add up to the whole.", "夏普利份额之和等于整体。"),
    "payer_note": Label(
        "Firms and unions are not part of fiscal cost.", "企业与工会承担部分不计入财政成本。"
    ),
    "group_note": Label(
        "Consumption of residents where the household lives; per head: over persons of the group at the start.",
        "按家庭居住地统计的居民消费支出；人均按期初该组人口计算。",
    ),
    "jobs_note": Label("Jobs are means over the period, all else sums.", "就业岗位为时期平均，其余为合计。"),
    "more_rows": Label(
        "{shown} of {all} rows; the workbook has all of them.", "仅列 {shown} 行，共 {all} 行，完整内容见 XLSX 工作簿。"
    ),
    "stored_figure": Label("Figure as the folder holds it.", "图取自结果文件夹原文件。"),
    "judgement": Label("~: the band is a judgement, as no interval was published.", "~：未公布置信区间，区间为判断。"),
    "outside": Label("Why results outside their band are there", "区间外结果的原因"),
    "passed": Label("In their bands: {listed}.", "在区间内：{listed}。"),
    "failed": Label("Outside their bands: {listed}.", "在区间外：{listed}。"),
    "no_trials": Label(
        "No results of trials were given to this report. “jinxiao trial all” re-enacts them; give its folder too.",
        "本报告未包含检验结果。可运行 jinxiao trial all，并将其结果文件夹一并列入。",
    ),
    "other_code": Label(
        "The runs were computed with another state of the program than the one that wrote this report; the parameters and "
        "sources listed are those of the latter.",
        "模拟所用程序与生成本报告的程序不完全相同；下列参数与来源以后者为准。",
    ),
    "parameters_text": Label(
        "{count} numbers of the model and {levers} of the measures are uncertain. Each draw takes every one of them anew from "
        "its prior, independently, and a seed of its own. Of the model's, {grades}. The workbook gives the source of each.",
        "模型中有 {count} 个、措施中有 {levers} 个不确定参数。每次抽样从各自先验分布独立抽取全部参数，并更换随机种子。"
        "模型参数的依据：{grades}。每个参数的来源见工作簿。",
    ),
    "sources_text": Label(
        "Levels are fitted to {count} published figures from {titles} sources; {official} figures are official, {reported} "
        "reported by others, {derived} derived and {assumed} assumed. The workbook lists every source with its address.",
        "水平值依据 {titles} 个来源的 {count} 条公布数据校准：官方 {official} 条，转载 {reported} 条，推算 {derived} 条，"
        "假定 {assumed} 条。全部来源及网址见工作簿。",
    ),
    "from_python": Label("Called from Python; the same on the command line:", "由 Python 调用，等价的命令："),
    "same_bits": Label(
        "Results depend on the settings and hashes below alone, not on the machine or the number of processes.",
        "结果仅取决于下列设置与哈希值，与机器和进程数无关。",
    ),
}  # fmt: skip
"""Headings, sentences, heads of columns and notes."""

MODEL: Final = (
    Label(
        "jinxiao simulates Shanxi as households, firms, visitors and public budgets who live through the same months with a "
        "measure and without it. Households have members, jobs, incomes, wealth and durables; they save against risk and for "
        "old age, education and homes, buy necessities first, replace durables when they wear out, and travel on days off. "
        "Firms set prices, hire and lay off, and enter and leave; visitors from other provinces and abroad choose cities and "
        "nights. Every payment is booked with payer and payee, and each month's accounts close to 1e-9.",
        "晋消（jinxiao）把山西省表示为居民家庭、企业、省外和入境游客以及各级财政，让他们在有、无某项措施的情形下经历相同的月份。"
        "家庭有成员、就业、收入、财富和耐用品：为风险、养老、教育和购房储蓄，先满足必需支出，耐用品老化后更新，休息日出游；"
        "企业定价、雇用、进入和退出；游客选择城市与停留天数。每笔支付都记付款方与收款方，每月账目平衡误差不超过 1e-9。",
    ),
    Label(
        "All runs of a draw share the households, the parameters and every random number, and differ in policy alone: the "
        "difference between two of them is the effect of policy. Levels are fitted to published statistics; behaviour rests on "
        "published estimates with a prior around each; no natural experiment is used in fitting.",
        "同一次抽样中的各次模拟使用相同的家庭、参数和随机数，只有政策不同，因此两次模拟之差就是政策效果。"
        "水平值依据公布统计校准，行为参数依据已发表的估计并各有先验分布，自然实验均不用于拟合。",
    ),
)  # fmt: skip
TERMS: Final = (
    Label(
        "Additional: consumption with the measure minus consumption without it over the whole window, payback included; net of "
        "what would have been bought anyway, was only brought forward, replaced other spending, or was spent elsewhere.",
        "新增消费：评估期内有措施与无措施之差，已含回落；扣除原本就会发生、仅仅提前、替代其他消费以及流向省外的部分。",
    ),
    Label(
        "Gross: spending that official releases attribute to an instrument, all subsidised purchases at full price.",
        "带动消费额（毛额）：官方通报口径下归于政策工具的消费，即全部享受补贴的购买按全价计。",
    ),
    Label(
        "Interval: the median of the draws and 90% of them around it. It shows what is unsure within the model, not what the "
        "model leaves out.",
        "区间：各次抽样的中位数及其周围 90% 的范围。它反映模型之内的不确定性，不反映模型未包含的内容。",
    ),
    Label(
        "Evidence: causal, official or assumed, by what the mechanism that matters most rests on.",
        "证据等级：按最重要机制的依据分为因果证据、官方数据、假定三级。",
    ),
    Label(
        "Markets respond: prices, wages and jobs answer. First round only: they follow the path of the reference.",
        "市场联动：价格、工资和就业作出反应；仅首轮效应：三者保持对照情景路径。",
    ),
)  # fmt: skip
LIMITS: Final = (
    Label("People do not move between cities; second-hand homes are not traded and home prices do not answer.",
          "人口不在地市间迁移；不含二手房交易，房价不作反应。"),
    Label("Saving without a named purpose is a fixed share of income by income fifth; only plans for old age answer to better "
          "pensions.", "无特定目的的储蓄为各收入组收入的固定比例；只有养老计划会对待遇提高作出反应。"),
    Label("Demand of institutions, investors and buyers outside the province grows with its trend and does not answer.",
          "机构、投资者和省外买方的需求按趋势增长，不作反应。"),
    Label("Additional per yuan does not take off what budgets cut elsewhere to pay for a measure; net per yuan does, within the "
          "window only, and repayment of bonds lies mostly beyond it.",
          "“每元新增”未扣除财政为筹资而压减的其他支出；“每元净增”已扣除，但仅限评估期内，债券偿还多在期后。"),
    Label("Visitors whom events, streets, routes and rewards are said to bring rest on assumed elasticities with wide priors.",
          "赛事、街区、航线和奖励带来的游客依据假定的弹性，先验分布较宽。"),
    Label("Limits on units per person are not modelled; a household has two earners at most.",
          "未模拟每人限购件数；每户至多两名就业者。"),
    Label("Local production and inflow of what is sold are derived from national coefficients.",
          "所售商品的本地生产与省外流入由全国系数推算。"),
    Label("Many priors are assumptions; “jinxiao sensitivity” shows which of them matter. The model fails part of its "
          "trials, so intervals are provisional.",
          "许多先验分布为假定，jinxiao sensitivity 可显示哪些重要；部分检验未通过，区间为暂定。"),
)  # fmt: skip
FIGURES: Final = {
    "uplift": Label("What each measure adds, with gross spending and evidence", "各措施新增消费、带动毛额与证据等级"),
    "paths": Label("Additional consumption by month", "各月新增消费"),
    "groups": Label("Additional consumption per head by group", "分组人均新增消费"),
    "map": Label("Additional consumption per resident by city", "各地市人均新增消费"),
    "cost": Label("Cost by payer", "各承担方成本"),
    "waterfall": Label("From single measures to the whole", "从单项措施到整体"),
    "multiplier": Label("First round and with markets", "首轮效应与市场联动"),
    "compare": Label("What each scenario adds", "各情景新增消费"),
    "compare_paths": Label("Additional consumption by month and scenario", "各情景分月新增消费"),
    "categories": Label("Consumption of residents by category", "分类别居民消费支出"),
    "indicators": Label("Indicators by month", "分月主要指标"),
    "cities": Label("Consumption by city and year", "各地市分年消费总额"),
    "facts": Label("Errors of all facts", "全部指标的误差"),
    "misses": Label("Facts outside their bands", "未达标的指标"),
    "levels": Label("Levels, published and model", "主要水平值：公布值与模型"),
    "trials": Label("Published bands and the model's intervals", "公布区间与模型区间"),
    "sensitivity": Label("The most influential numbers", "影响最大的参数"),
    "diary": Label("One household month by month", "一户家庭的逐月情况"),
}  # fmt: skip
"""Captions of figures by name."""
RUN_ROWS: Final = {
    "command": Label("Command", "命令"),
    "version": Label("Version", "版本"),
    "plan": Label("Plan", "方案"),
    "scale": Label("Sample 1:", "抽样比例 1:"),
    "months": Label("Months simulated", "模拟月数"),
    "draws": Label("Draws", "抽样次数"),
    "points": Label("Points", "参数点数"),
    "seed": Label("Seed", "随机种子"),
    "reference": Label("Reference", "对照"),
    "closure": Label("Closure", "闭合方式"),
    "estimand": Label("Attribution", "归因方式"),
    "world": Label("Hash of the province", "合成省份哈希"),
    "parameters": Label("Hash of the parameters", "参数哈希"),
    "code": Label("Hash of the code", "程序哈希"),
    "python": Label("Python", "Python"),
    "packages": Label("Packages", "软件包"),
    "wall_seconds": Label("Wall time, s", "耗时（秒）"),
}  # fmt: skip
"""Rows of the table of runs."""
CONFIDENCES: Final = {
    "official": Label("official", "官方"),
    "reported": Label("reported", "转载"),
    "derived": Label("derived", "推算"),
    "assumed": Label("assumed", "假定"),
    "causal": Label("causal", "因果证据"),
}


def w(key: str, lang: str, **fields: object) -> str:
    """Return a word or sentence in the language of the reader, with its fields filled in."""
    return WORDS[key].of(lang).format(**fields)
