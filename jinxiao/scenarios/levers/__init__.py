"""Levers: one typed class per kind of instrument, each writing the Conditions of a month.

A new kind of lever is one class with a ``kind`` and a ``write``, named in :data:`AnyInstrument`.
"""

from typing import Annotated

from pydantic import Field

from jinxiao.scenarios.levers.base import Actual, Draft, Instrument, When
from jinxiao.scenarios.levers.credit import BusinessLoanSubsidy, ConsumerLoanSubsidy, CreditLine
from jinxiao.scenarios.levers.durables import BudgetPool, DurableSubsidy, Tier
from jinxiao.scenarios.levers.events import Event, TourReward
from jinxiao.scenarios.levers.firms import ArrearsRepayment, EntryCost, FirmReward, PromptPayment
from jinxiao.scenarios.levers.housing import (
    HomeAcquisition,
    HomeDelivery,
    HomeRenewal,
    HomeSubsidy,
    MortgageTerms,
)
from jinxiao.scenarios.levers.inbound import DepartureRefund, InboundEase, PaymentEase, VisaFree
from jinxiao.scenarios.levers.leisure import (
    Attraction,
    CouponWave,
    PaidLeave,
    SchoolBreak,
    TicketWaiver,
)
from jinxiao.scenarios.levers.property import DepositRates, PropertyIncome
from jinxiao.scenarios.levers.protection import MedicalCover, UnemploymentInsurance
from jinxiao.scenarios.levers.supply import (
    Coordination,
    FirmGrant,
    PublicInvestment,
)
from jinxiao.scenarios.levers.trade import (
    KeptPurchases,
    LocalSourcing,
    OutsideSales,
    ParcelSubsidy,
)
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
    | PaymentEase
    | PublicPosts
    | HomeSubsidy
    | MortgageTerms
    | HomeRenewal
    | HomeAcquisition
    | Event
    | TourReward
    | OutsideSales
    | ParcelSubsidy
    | KeptPurchases
    | LocalSourcing
    | PublicInvestment
    | FirmGrant
    | EntryCost
    | Coordination
    | HomeDelivery
    | DepositRates
    | PropertyIncome
    | JobPlacement
    | ArrearsRepayment
    | FirmReward
    | PromptPayment
    | Administration,
    Field(discriminator="kind"),
]
"""Any instrument; ``kind`` says which."""

__all__ = [
    "Actual",
    "Administration",
    "AnyInstrument",
    "ArrearsRepayment",
    "Attraction",
    "BudgetPool",
    "BusinessLoanSubsidy",
    "ConsumerLoanSubsidy",
    "Coordination",
    "CouponWave",
    "CreditLine",
    "DepartureRefund",
    "DepositRates",
    "Draft",
    "DurableSubsidy",
    "EntryCost",
    "Event",
    "FirmGrant",
    "FirmReward",
    "HomeAcquisition",
    "HomeDelivery",
    "HomeRenewal",
    "HomeSubsidy",
    "InboundEase",
    "Instrument",
    "JobPlacement",
    "KeptPurchases",
    "LabourCostRelief",
    "LocalSourcing",
    "MedicalCover",
    "MinimumWage",
    "MortgageTerms",
    "OutsideSales",
    "PaidLeave",
    "ParcelSubsidy",
    "PaymentEase",
    "PromptPayment",
    "PropertyIncome",
    "PublicInvestment",
    "PublicPosts",
    "SchoolBreak",
    "TicketWaiver",
    "Tier",
    "TourReward",
    "Training",
    "Transfer",
    "UnemploymentInsurance",
    "VisaFree",
    "WageGuideline",
    "When",
]
