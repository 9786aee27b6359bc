//! Who sells, as the owner says it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::address::NewAddress;
use crate::problem::FieldError;
use crate::settings::Seller;
use crate::text::{self, Line};

/// The longest foot of a document, in characters: some ten lines of print.
const MAX_FOOTER: usize = 1_000;

/// A [`Seller`] as it is sent. What is null is not there.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSeller {
    /// Its `name` is the seller's full legal name.
    address: NewAddress,
    /// With its country's prefix, such as `DE123456789`.
    #[serde(default)]
    vat_number: Option<Line<20>>,
    /// That of the tax office, where there is no VAT number.
    #[serde(default)]
    tax_number: Option<Line<40>>,
    /// Where the company is registered, such as `HRB 12345, Amtsgericht München`.
    #[serde(default)]
    register: Option<Line<200>>,
    /// What stands at the foot of each document. Line breaks are kept.
    #[serde(default)]
    #[schemars(length(max = MAX_FOOTER))]
    footer: Option<String>,
}

impl NewSeller {
    /// The seller; none where something is wrong, which is added to `faults`.
    pub fn parse(&self, pointer: &str, faults: &mut Vec<FieldError>) -> Option<Seller> {
        let before = faults.len();
        let address = self.address.parse().map_err(|found| {
            let told = |fault: crate::address::Fault| {
                FieldError::new(format!("{pointer}/address/{}", fault.field.id()), fault.detail)
            };
            faults.extend(found.into_iter().map(told));
        });
        let footer = text::prose(self.footer.as_deref().unwrap_or_default().trim(), MAX_FOOTER)
            .map_err(|refusal| faults.push(FieldError::new(format!("{pointer}/footer"), refusal)));
        let seller = Seller {
            address: address.ok()?,
            vat_number: self.vat_number.clone(),
            tax_number: self.tax_number.clone(),
            register: self.register.clone(),
            footer: footer.ok().filter(|text| !text.is_empty()),
        };
        (faults.len() == before).then_some(seller)
    }
}
