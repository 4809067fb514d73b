"""Levers: one typed class per kind of instrument, each writing the Conditions of a month.

A new kind of lever is one class with a ``kind`` and a ``write``, named in :data:`AnyInstrument`.
"""

from typing import Annotated

from pydantic import Field

from jinxiao.scenarios.levers.base import Actual, Draft, Instrument, When
from jinxiao.scenarios.levers.credit import BusinessLoanSubsidy, ConsumerLoanSubsidy, CreditLine
from jinxiao.scenarios.levers.durables import BudgetPool, DurableSubsidy, Tier
from jinxiao.scenarios.levers.firms import ArrearsRepaid, FirmReward
from jinxiao.scenarios.levers.housing import (
    HomeAcquisition,
    HomeDelivery,
    HomeRenewal,
    HomeSubsidy,
    MortgageTerms,
)
from jinxiao.scenarios.levers.inbound import DepartureRefund, InboundEase, VisaFree
from jinxiao.scenarios.levers.leisure import (
    Attraction,
    CouponWave,
    PaidLeave,
    SchoolBreak,
    TicketWaiver,
)
from jinxiao.scenarios.levers.property import DepositRates, PropertyIncome
from jinxiao.scenarios.levers.protection import MedicalCover, UnemploymentInsurance
from jinxiao.scenarios.levers.supply import FirmGrant, PublicInvestment
from jinxiao.scenarios.levers.trade import OutsideSales
from jinxiao.scenarios.levers.transfers import Transfer
from jinxiao.scenarios.levers.work import (
    Administration,
    JobPlacement,
    LabourCostRelief,
    MinimumWage,
    PublicPosts,
    Training,
    WageGuideline,
)

AnyInstrument = Annotated[
    Transfer
    | DurableSubsidy
    | BudgetPool
    | CouponWave
    | TicketWaiver
    | Attraction
    | MinimumWage
    | WageGuideline
    | Training
    | LabourCostRelief
    | MedicalCover
    | UnemploymentInsurance
    | ConsumerLoanSubsidy
    | BusinessLoanSubsidy
    | CreditLine
    | PaidLeave
    | SchoolBreak
    | VisaFree
    | DepartureRefund
    | InboundEase
    | PublicPosts
    | HomeSubsidy
    | MortgageTerms
    | HomeRenewal
    | HomeAcquisition
    | HomeDelivery
    | DepositRates
    | PropertyIncome
    | JobPlacement
    | ArrearsRepaid
    | FirmReward
    | OutsideSales
    | PublicInvestment
    | FirmGrant
    | Administration,
    Field(discriminator="kind"),
]
"""Any instrument; ``kind`` says which."""

__all__ = [
    "Actual",
    "Administration",
    "AnyInstrument",
    "ArrearsRepaid",
    "Attraction",
    "BudgetPool",
    "BusinessLoanSubsidy",
    "ConsumerLoanSubsidy",
    "CouponWave",
    "CreditLine",
    "DepartureRefund",
    "DepositRates",
    "Draft",
    "DurableSubsidy",
    "FirmGrant",
    "FirmReward",
    "HomeAcquisition",
    "HomeDelivery",
    "HomeRenewal",
    "HomeSubsidy",
    "InboundEase",
    "Instrument",
    "JobPlacement",
    "LabourCostRelief",
    "MedicalCover",
    "MinimumWage",
    "MortgageTerms",
    "OutsideSales",
    "PaidLeave",
    "PropertyIncome",
    "PublicInvestment",
    "PublicPosts",
    "SchoolBreak",
    "TicketWaiver",
    "Tier",
    "Training",
    "Transfer",
    "UnemploymentInsurance",
    "VisaFree",
    "WageGuideline",
    "When",
]
