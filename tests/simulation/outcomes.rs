//! What histories came to, counted: faults that reach no ending prove nothing.

macro_rules! outcomes {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        #[derive(Debug, Default, Clone, PartialEq)]
        pub struct Outcomes {
            $($(#[$doc])* pub $name: u32,)*
        }

        impl Outcomes {
            pub fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
            }

            /// What never happened.
            pub fn missing(&self) -> Vec<&'static str> {
                let all = [$((stringify!($name), self.$name)),*];
                all.into_iter().filter(|(_, count)| *count == 0).map(|(name, _)| name).collect()
            }
        }
    };
}

outcomes! {
    confirmed,
    cancelled,
    open,
    refunded,
    voided,
    crashes,
    /// Placements that found no slot.
    turned_away,
    /// Goods given back before the order came to its end.
    given_back,
    /// Further tries that held the goods anew.
    held_again,
    /// Further tries that found them gone.
    refused_again,
    /// Money that came when the goods had been given back.
    paid_late,
    /// Paid another way than the one that was given up for it.
    switched,
    /// Confirmed with money that is set aside.
    authorized,
    /// Confirmed with money that is to come.
    owed,
    /// Confirmed with money that staff have recorded.
    received,
    /// Confirmed with a bundle.
    bundles_sold,
    /// Confirmed with a bundle and, for itself, what is a part of it.
    bundles_with_a_part,
    /// Confirmed with a bundle that was made otherwise than it is now.
    bundles_remade,
    /// Placements that were refused as a bundle is made of something else.
    contents_changed,
    /// Confirmed with the coupon.
    with_coupon,
    /// Confirmed with the promotion that applies by itself.
    with_promotion,
    /// Confirmed, and paid by gift cards in part.
    by_card_in_part,
    /// Confirmed, and paid by nothing but gift cards.
    by_card_alone,
    /// Confirmed with gift cards as goods, and paid.
    cards_sold,
    /// Placements for which the coupon had no use left.
    coupon_exhausted,
    /// Placements for which the buyer had no use of the coupon left.
    coupon_used_before,
    /// Placements for which the promotion had no use left.
    promotion_exhausted,
    /// Placements for which a gift card had too little left.
    overdrawn,
    /// Uses and balances that an order had taken for good and gave back.
    put_back,
    /// Attempts of which the provider did not say the truth.
    lied_about,
    /// Attempts that took money after the provider had said that they cannot.
    paid_after_void,
    /// Money for an attempt that the order had given up.
    paid_twice,
    /// Lines of which something was sent.
    shipped,
    /// Orders with a parcel that never left.
    unpacked,
    returns_refused,
    returns_received,
    /// Lines of which something went back into stock.
    restocked,
    /// Refunds that staff asked for, of pieces.
    refunded_pieces,
    /// Edits that took pieces out.
    taken_out,
    /// Edits that took out pieces that had come back.
    exchanged,
    /// Edits that added pieces.
    added,
    /// Edits for which there were too few pieces to add.
    not_added,
    /// Orders whose way of shipping was changed.
    sent_another_way,
    /// Orders of which all that was left was taxed anew.
    taxed_anew,
    /// Orders that staff have changed before they were paid.
    reworked,
    /// Orders of these kinds that were paid then.
    reworked_and_paid,
    /// Orders that owe something else, or have, since they were edited.
    owed_otherwise,
    /// Orders that ended unpaid after they were edited.
    ended_edited,
    /// Edits whose buyer was asked for the difference.
    asked_for_more,
    /// Differences that were paid, by whatever way.
    paid_more,
    paid_more_by_hand,
    /// Differences that were paid when the edit was off: the money goes back.
    paid_more_in_vain,
    /// Differences that nobody paid in time.
    not_paid_more,
    /// Edits that were called off, or could not be had when their money came.
    called_off,
    /// Letters to buyers who were asked for a difference, and need not pay it any more.
    told_not_to_pay,
    /// What was added, paid by its buyer by a link.
    added_by_link,
    /// What was added, paid by hand.
    added_by_hand,
    /// Edits that were refused.
    not_removable,
    /// Refunds that staff asked for, of an amount.
    refunded_amount,
    /// Refunds by staff that were refused, as too little was left.
    not_refundable,
    /// Orders of which pieces are in stock again.
    restocked_by_staff,
    /// Pieces and money for which a pool had no room, as staff are told.
    not_put_back,
    /// Orders of which gift cards have something back.
    credited,
    /// Confirmed with money that staff have captured.
    captured,
    captured_in_part,
    capture_refused,
    /// Orders that staff have cancelled and given back.
    cancelled_by_staff,
    /// Orders that staff have cancelled, and kept what was paid.
    kept_by_staff,
    /// Money that staff have given back by hand.
    given_by_hand,
    /// Letters with the way to a draft that staff asked for.
    drafts_sent,
    drafts_deleted,
    /// Orders that staff had typed in.
    drafts_placed,
    /// Orders whose money staff had when they placed them.
    drafts_paid_by_hand,
    /// Drafts that were sent, and wait for their buyers.
    drafts_open,
    /// Pieces that were held or taken before they had come.
    backordered,
    /// Confirmed with pieces that had yet to come, as its buyer is told.
    confirmed_before_it_came,
    /// Lines that were confirmed and counted in no stock.
    uncounted,
    /// Lines that buyers tried to put into a draft.
    draft_lines_kept,
}
