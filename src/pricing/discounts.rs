//! What promotions take off a cart's lines, in the order of their priority.

use std::cmp::Reverse;

use super::buy_get;
use super::cart::Cart;
use super::matching::{Index, Member, members};
use super::promotion::{Code, DiscountTier, Effect, Promotion};
use super::quote::{CouponRefusal, Discount, QuotedCoupon};
use super::spread::spread;
use super::taxing::percent_of;
use crate::money::{Currency, Money};
use crate::ports::Timestamp;
use crate::sorted::sort;

/// A cart after the discounts of its lines.
pub struct Discounts<'a> {
    /// What is left to pay for each line.
    pub left: Vec<i64>,
    /// Each line's, in the order in which they were taken.
    pub of_lines: Vec<Vec<Discount>>,
    /// Those that took something off the items.
    pub taken: Vec<&'a Promotion>,
    /// Those that take the price of shipping off, whichever option is chosen.
    pub free_shipping: Vec<&'a Promotion>,
    /// How each promotion that a coupon names went.
    verdicts: Vec<(&'a Code, Option<CouponRefusal>)>,
}

/// With whom a promotion must go together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Company {
    Nobody,
    Combinable,
    Alone,
}

impl Company {
    fn admits(self, promotion: &Promotion) -> bool {
        match self {
            Self::Nobody => true,
            Self::Combinable => promotion.combinable,
            Self::Alone => false,
        }
    }
}

/// A cart on its way through the promotions.
struct Walk<'a> {
    cart: &'a Cart<'a>,
    company: Company,
    done: Discounts<'a>,
}

impl<'a> Discounts<'a> {
    /// `full` is what each line costs before; all of it at most
    /// [`crate::money::MAX_AMOUNT`].
    pub fn of(cart: &'a Cart<'a>, promotions: &'a [Promotion], full: Vec<i64>, now: Timestamp) -> Self {
        let mut walk = Walk {
            cart,
            company: Company::Nobody,
            done: Self {
                of_lines: vec![Vec::new(); full.len()],
                left: full,
                taken: Vec::new(),
                free_shipping: Vec::new(),
                verdicts: Vec::new(),
            },
        };
        let candidates = walk.candidates(promotions, now);
        let members = members(&Index::of(cart), &candidates);
        let mut shipping = Vec::new();
        for (promotion, members) in candidates.into_iter().zip(&members) {
            let refused = walk.meet(promotion, members).err();
            match promotion.effect {
                Effect::FreeShipping {} if refused.is_none() => shipping.push((promotion, members)),
                _ => walk.done.judge(promotion, refused),
            }
        }
        // Shipping comes after the items: what buyers see of them then counts.
        for (promotion, members) in shipping {
            let refused = walk.check_minimum(promotion, members).err();
            if refused.is_none() {
                walk.done.free_shipping.push(promotion);
            }
            walk.done.judge(promotion, refused);
        }
        walk.done
    }

    fn judge(&mut self, promotion: &'a Promotion, refused: Option<CouponRefusal>) {
        self.verdicts.extend(promotion.code.as_ref().map(|code| (code, refused)));
    }

    /// One for each coupon of the cart. Of several promotions with its code the
    /// one that came furthest counts: what says most of how to have it.
    pub fn coupons(&self, cart: &Cart<'_>) -> Vec<QuotedCoupon> {
        let distance = |refused: &Option<CouponRefusal>| match refused {
            None => 0,
            Some(CouponRefusal::MinimumNotMet) => 1,
            Some(CouponRefusal::NotCombinable) => 2,
            Some(CouponRefusal::NothingMatches) => 3,
            Some(CouponRefusal::NotStarted) => 4,
            Some(_) => 5,
        };
        let verdict = |code: &Code| {
            let verdicts = self.verdicts.iter().filter(|(named, _)| *named == code).map(|(_, refused)| *refused);
            verdicts.min_by_key(distance).unwrap_or(Some(CouponRefusal::Unknown))
        };
        cart.coupons.iter().map(|code| QuotedCoupon { code: code.clone(), refused: verdict(code) }).collect()
    }
}

impl<'a> Walk<'a> {
    /// The promotions that could take part, in their order.
    fn candidates(&mut self, promotions: &'a [Promotion], now: Timestamp) -> Vec<&'a Promotion> {
        let mut candidates = Vec::new();
        for promotion in promotions {
            if promotion.code.as_ref().is_some_and(|code| !self.cart.coupons.contains(code)) {
                continue;
            }
            match check_dates(promotion, now) {
                Ok(()) => candidates.push(promotion),
                Err(refused) => self.done.judge(promotion, Some(refused)),
            }
        }
        let rank = |of: &Promotion| (of.is_of_staff(), Reverse(of.priority), of.id);
        sort(&mut candidates, |one, other| rank(one).cmp(&rank(other)));
        candidates
    }

    /// Lets a promotion take what it takes, or says why it takes nothing.
    fn meet(&mut self, promotion: &'a Promotion, members: &[Member]) -> Result<(), CouponRefusal> {
        if members.is_empty() || !self.suits_buyer(promotion) {
            return Err(CouponRefusal::NothingMatches);
        }
        if !self.company.admits(promotion) && !promotion.is_of_staff() {
            return Err(CouponRefusal::NotCombinable);
        }
        self.check_minimum(promotion, members)?;
        let kinds = || members.chunk_by(|one, other| one.kind == other.kind);
        let mut weights: Vec<i64> = kinds().map(|kind| self.left_of(kind)).collect();
        let sum = weights.iter().sum();
        let amount = match &promotion.effect {
            Effect::Percentage { percent } => percent_of(sum, *percent),
            Effect::Fixed { amounts } => self.named(amounts)?.min(sum),
            Effect::Tiered { tiers } => percent_of(sum, self.tier(tiers, sum)?.percent),
            Effect::BuyGet { buy, get } => {
                weights = buy_get::got(kinds(), buy, get, |line| self.quantity(line), |line| self.left(line));
                match weights.iter().sum() {
                    0 => return Err(CouponRefusal::MinimumNotMet),
                    value => percent_of(value, get.percent),
                }
            }
            Effect::FreeShipping {} if self.cart.needs_shipping() => 0,
            Effect::FreeShipping {} => return Err(CouponRefusal::NothingMatches),
        };
        if amount > 0 {
            self.done.taken.push(promotion);
            for (kind, share) in kinds().zip(spread(amount, &weights)) {
                self.take(promotion, kind, share);
            }
        } else if !matches!(promotion.effect, Effect::FreeShipping {}) {
            return Err(CouponRefusal::NothingMatches);
        }
        self.company = if promotion.combinable { Company::Combinable } else { Company::Alone };
        Ok(())
    }

    /// Takes an amount off lines that are alike.
    fn take(&mut self, promotion: &Promotion, kind: &[Member], amount: i64) {
        let left: Vec<i64> = kind.iter().map(|member| self.left(member.line)).collect();
        for (member, amount) in kind.iter().zip(spread(amount, &left)).filter(|(_, amount)| *amount > 0) {
            let line = self.done.left.get_mut(member.line).zip(self.done.of_lines.get_mut(member.line));
            let Some((left, discounts)) = line else { continue };
            *left -= amount;
            discounts.push(Discount::of(promotion, amount));
        }
    }

    /// Whether this buyer may have it. Whoever types a code says that they never
    /// ordered, until it is known; nobody else is shown what they may not get.
    fn suits_buyer(&self, promotion: &Promotion) -> bool {
        !promotion.conditions.first_order || self.cart.first_order.unwrap_or(promotion.code.is_some())
    }

    fn check_minimum(&self, promotion: &Promotion, members: &[Member]) -> Result<(), CouponRefusal> {
        let minimum = &promotion.conditions.subtotal_min;
        if minimum.is_empty() {
            return Ok(());
        }
        let counted = members.iter().filter(|member| member.role.counts).map(|member| self.left(member.line));
        if counted.sum::<i64>() < self.named(minimum)? { Err(CouponRefusal::MinimumNotMet) } else { Ok(()) }
    }

    fn tier<'t>(&self, tiers: &'t [DiscountTier], sum: i64) -> Result<&'t DiscountTier, CouponRefusal> {
        let mut offered = tiers.iter().filter(|tier| tier.from.currency == self.cart.currency).peekable();
        if offered.peek().is_none() {
            return Err(CouponRefusal::NothingMatches);
        }
        offered.rfind(|tier| tier.from.amount <= sum).ok_or(CouponRefusal::MinimumNotMet)
    }

    /// The amount in the cart's currency; a promotion without one is not
    /// offered in it.
    fn named(&self, amounts: &[Money]) -> Result<i64, CouponRefusal> {
        in_currency(amounts, self.cart.currency).ok_or(CouponRefusal::NothingMatches)
    }

    fn left_of(&self, kind: &[Member]) -> i64 {
        kind.iter().map(|member| self.left(member.line)).sum()
    }

    fn left(&self, line: usize) -> i64 {
        self.done.left.get(line).copied().unwrap_or_default()
    }

    fn quantity(&self, line: usize) -> i64 {
        self.cart.lines.get(line).map_or(0, |line| i64::from(line.quantity))
    }
}

fn in_currency(amounts: &[Money], currency: Currency) -> Option<i64> {
    amounts.iter().find(|money| money.currency == currency).map(|money| money.amount)
}

fn check_dates(promotion: &Promotion, now: Timestamp) -> Result<(), CouponRefusal> {
    match (promotion.starts_at, promotion.ends_at) {
        (Some(start), _) if now < start => Err(CouponRefusal::NotStarted),
        (_, Some(end)) if now >= end => Err(CouponRefusal::Ended),
        _ => Ok(()),
    }
}

impl Discount {
    pub fn of(promotion: &Promotion, amount: i64) -> Self {
        Self { promotion: promotion.id, title: promotion.title.clone(), code: promotion.code.clone(), amount }
    }
}

#[cfg(test)]
#[path = "discounts_tests.rs"]
mod tests;
