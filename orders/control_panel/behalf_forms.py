"""What is chosen when a seller orders for a customer."""

from __future__ import annotations

from typing import Any

from orders.dashboard.checkout_form import CheckoutForm


class BehalfForm(CheckoutForm):
    """The form of the checkout, in words for who orders for somebody else."""

    def __init__(self, *args: Any, whose: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reference"].label = "The customer's reference"
        if "comment" in self.fields:
            self.fields["approver"].label = "Who shall be asked?"
            self.fields["comment"].label = f"Why does {whose} need this?"
            self.fields["comment"].help_text = "Whoever is asked reads it, and the customer."
