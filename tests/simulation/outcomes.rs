//! How the orders of a history ended, counted: faults that reach no ending prove nothing.

#[derive(Debug, Default, Clone, PartialEq)]
pub struct Outcomes {
    pub confirmed: u32,
    pub cancelled: u32,
    pub open: u32,
    pub refunded: u32,
    pub voided: u32,
    pub crashes: u32,
    /// Placements that found no slot.
    pub turned_away: u32,
    /// Goods given back before the order came to its end.
    pub given_back: u32,
    /// Further tries that held the goods anew, and that found them gone.
    pub held_again: u32,
    pub refused_again: u32,
    /// Money that came when the goods had been given back.
    pub paid_late: u32,
    /// Paid another way than the one that was given up for it.
    pub switched: u32,
    /// Confirmed with money that is set aside; owed; and recorded by staff.
    pub authorized: u32,
    pub owed: u32,
    pub received: u32,
}

impl Outcomes {
    pub fn add(&mut self, other: &Self) {
        self.confirmed += other.confirmed;
        self.cancelled += other.cancelled;
        self.open += other.open;
        self.refunded += other.refunded;
        self.voided += other.voided;
        self.crashes += other.crashes;
        self.turned_away += other.turned_away;
        self.given_back += other.given_back;
        self.held_again += other.held_again;
        self.refused_again += other.refused_again;
        self.paid_late += other.paid_late;
        self.switched += other.switched;
        self.authorized += other.authorized;
        self.owed += other.owed;
        self.received += other.received;
    }
}
