"""Who may order what, and who must say yes: the decision table of purchase approval, one row per cell."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.policy import Asker, Case, Item, Person, Verdict, eligible_approvers, over_limit, rule
from companies.roles import Role
from config.kit.money import Money

ANA = Person(1, "Ana", Role.ADMIN)
TOM = Person(2, "Tom", Role.ADMIN)
BEA = Person(3, "Bea", Role.BUYER)
BOB = Person(4, "Bob", Role.BUYER)
RITA = Person(5, "Rita", Role.REQUESTER)
ROLF = Person(6, "Rolf", Role.REQUESTER)
CARL = Person(7, "Carl", Role.CONTACT)
EVERYBODY = (ANA, TOM, BEA, BOB, RITA, ROLF, CARL)
ASKERS = {"admin": ANA, "buyer": BEA, "requester": RITA, "contact": CARL}

# Who is in the approval group, in the order of the table's columns; "*" is the asker. The last
# column is a group in which people are named, of whom none is active.
GROUPS = ("", "Bob Rolf", "* Bob", "*", "")
GROUP_NAMES = ("no group", "group of others", "asker in the group", "asker alone in it", "nobody in it active")

# The limit of 0 is exceeded by everything but nothing itself: "exceeds" is strictly greater.
TABLE = """
asker     | limit    | gross     | no group         | others   | with asker | asker alone | inactive
admin     | 5000 EUR | 4999.99   | free             | free     | free       | free        | free
admin     | 5000 EUR | 5000.00   | free             | free     | free       | free        | free
admin     | 5000 EUR | 5000.01   | free             | free     | free       | free        | free
admin     | none     | 999999.99 | free             | free     | free       | free        | free
admin     | 0 EUR    | 0.00      | free             | free     | free       | free        | free
admin     | 0 EUR    | 0.01      | free             | free     | free       | free        | free
admin     | 5000 USD | 1.00      | free             | free     | free       | free        | free
buyer     | 5000 EUR | 4999.99   | free             | free     | free       | free        | free
buyer     | 5000 EUR | 5000.00   | free             | free     | free       | free        | free
buyer     | 5000 EUR | 5000.01   | Ana Tom          | Bob Rolf | Bob        | nobody      | Ana Tom
buyer     | none     | 999999.99 | free             | free     | free       | free        | free
buyer     | 0 EUR    | 0.00      | free             | free     | free       | free        | free
buyer     | 0 EUR    | 0.01      | Ana Tom          | Bob Rolf | Bob        | nobody      | Ana Tom
buyer     | 5000 USD | 1.00      | Ana Tom          | Bob Rolf | Bob        | nobody      | Ana Tom
requester | 5000 EUR | 4999.99   | Ana Bea Bob Tom  | Bob Rolf | Bob        | nobody      | Ana Bea Bob Tom
requester | 5000 EUR | 5000.00   | Ana Bea Bob Tom  | Bob Rolf | Bob        | nobody      | Ana Bea Bob Tom
requester | 5000 EUR | 5000.01   | Ana Tom          | Bob Rolf | Bob        | nobody      | Ana Tom
requester | none     | 999999.99 | Ana Bea Bob Tom  | Bob Rolf | Bob        | nobody      | Ana Bea Bob Tom
requester | 0 EUR    | 0.00      | Ana Bea Bob Tom  | Bob Rolf | Bob        | nobody      | Ana Bea Bob Tom
requester | 0 EUR    | 0.01      | Ana Tom          | Bob Rolf | Bob        | nobody      | Ana Tom
requester | 5000 USD | 1.00      | Ana Tom          | Bob Rolf | Bob        | nobody      | Ana Tom
contact   | 5000 EUR | 4999.99   | never            | never    | never      | never       | never
contact   | 5000 EUR | 5000.00   | never            | never    | never      | never       | never
contact   | 5000 EUR | 5000.01   | never            | never    | never      | never       | never
contact   | none     | 999999.99 | never            | never    | never      | never       | never
contact   | 0 EUR    | 0.00      | never            | never    | never      | never       | never
contact   | 0 EUR    | 0.01      | never            | never    | never      | never       | never
contact   | 5000 USD | 1.00      | never            | never    | never      | never       | never
no role   | 5000 EUR | 4999.99   | never            | never    | never      | never       | never
no role   | 5000 EUR | 5000.00   | never            | never    | never      | never       | never
no role   | 5000 EUR | 5000.01   | never            | never    | never      | never       | never
no role   | none     | 999999.99 | never            | never    | never      | never       | never
no role   | 0 EUR    | 0.00      | never            | never    | never      | never       | never
no role   | 0 EUR    | 0.01      | never            | never    | never      | never       | never
no role   | 5000 USD | 1.00      | never            | never    | never      | never       | never
private   | none     | 1.00      | free             | free     | free       | free        | free
private   | none     | 999999.99 | free             | free     | free       | free        | free
"""


def euros(amount):
    return Money(Decimal(amount), "EUR")


def limit_of(text):
    if text == "none":
        return None
    amount, currency = text.split()
    return Money(Decimal(amount), currency)


def asker_of(word):
    """Somebody with a role; a member without one; somebody who was never in any company."""
    if word in ASKERS:
        return Asker(ASKERS[word].user_id, ASKERS[word].role, has_membership=True)
    return Asker(99, None, has_membership=word == "no role")


def company_with(group, asker="requester"):
    """Everybody of the company, with the named ones in the approval group."""
    own = ASKERS[asker].name if asker in ASKERS else ""
    named = {own if name == "*" else name for name in group.split()}
    return tuple(
        Person(person.user_id, person.name, person.role, in_group=person.name in named) for person in EVERYBODY
    )


def case(asker="requester", gross="1000.00", limit="5000 EUR", group="", **more):
    fields = {
        "asker": asker_of(asker),
        "gross": euros(gross),
        "limit": limit_of(limit),
        "people": company_with(group, asker),
        "group_named": bool(group),
    }
    return Case(**{**fields, **more})


def cells():
    for line in TABLE.strip().splitlines()[1:]:
        asker, limit, gross, *answers = (cell.strip() for cell in line.split("|"))
        for group, group_name, answer in zip(GROUPS, GROUP_NAMES, answers, strict=True):
            title = f"{asker}, {gross} of {limit}, {group_name}: {answer}"
            yield pytest.param(asker, limit, gross, group, group_name, answer, id=title)


@pytest.mark.parametrize(("asker", "limit", "gross", "group", "group_name", "answer"), list(cells()))
def test_every_cell_of_the_decision_table(asker, limit, gross, group, group_name, answer):
    named = group_name != "no group"
    ruling = rule(case(asker, gross, limit, group, group_named=named))

    if answer == "free":
        assert (ruling.verdict, ruling.permitted, ruling.eligible) == (Verdict.FREE, True, ())
    elif answer == "never":
        assert (ruling.verdict, ruling.permitted, ruling.eligible) == (Verdict.FORBIDDEN, False, ())
    else:
        assert (ruling.verdict, ruling.permitted) == (Verdict.NEEDS_APPROVAL, False)
        names = [] if answer == "nobody" else answer.split()
        assert [person.name for person in ruling.eligible] == names
        assert ruling.nobody_can_approve == (answer == "nobody")
    assert ruling.reasons, "an answer without a reason is no answer"


REASONS = [
    # what is asked, and the codes of the reasons given for the answer
    ("an admin", case("admin"), ["admin"]),
    ("a buyer within the limit", case("buyer"), ["within_limit"]),
    ("a buyer, where there is no limit", case("buyer", limit="none"), ["no_limit"]),
    ("a buyer over the limit", case("buyer", "5000.01"), ["over_limit"]),
    ("a buyer, limit in another currency", case("buyer", limit="5000 USD"), ["limit_in_other_currency"]),
    ("a requester within the limit", case("requester"), ["requester"]),
    ("a requester over the limit", case("requester", "5000.01"), ["over_limit", "requester"]),
    ("a requester, where a group decides", case("requester", group="Bob"), ["requester", "approval_group"]),
    ("a buyer over it, group decides", case("buyer", "5000.01", group="Bob"), ["over_limit", "approval_group"]),
    (
        "the only one in the group",
        case("requester", "5000.01", group="*"),
        ["over_limit", "requester", "approval_group", "nobody_eligible"],
    ),
    ("a contact", case("contact"), ["contact"]),
    ("somebody without a role", case("no role"), ["no_role"]),
    ("a private customer", case("private", limit="none", people=()), ["private_customer"]),
]


@pytest.mark.parametrize(("asked", "codes"), [pytest.param(*row[1:], id=row[0]) for row in REASONS])
def test_reasons_are_given_by_code(asked, codes):
    assert [reason.code for reason in rule(asked).reasons] == codes


class TestFigures:
    """A reason names the amounts it speaks of, in its sentence and beside it."""

    def test_over_the_limit(self):
        reason = rule(case("buyer", "5812.40")).reasons[0]

        assert reason.text == "5,812.40 EUR gross is 812.40 EUR over the company's limit of 5,000.00 EUR."
        assert reason.figures == {"gross": "5,812.40 EUR", "limit": "5,000.00 EUR", "excess": "812.40 EUR"}

    def test_over_it_by_one_cent(self):
        assert over_limit(euros("5000.01"), euros(5000)).figures["excess"] == "0.01 EUR"

    def test_at_it_is_within_it(self):
        assert over_limit(euros("5000.00"), euros(5000)) is None

    def test_within_the_limit(self):
        reason = rule(case("buyer", "4999.99")).reasons[0]

        assert reason.text == "4,999.99 EUR gross is within the company's limit of 5,000.00 EUR."
        assert reason.figures == {"gross": "4,999.99 EUR", "limit": "5,000.00 EUR"}

    def test_limit_in_another_currency(self):
        reason = rule(case("buyer", "1.00", "5000 USD")).reasons[0]

        assert reason.text == ("The company's limit is in USD, this is in EUR; it therefore counts as above the limit.")
        assert reason.figures == {"gross": "1.00 EUR", "limit": "5,000.00 USD"}

    def test_yen_have_no_decimals_and_dinars_three(self):
        yen = over_limit(Money(Decimal(1001), "JPY"), Money(Decimal(1000), "JPY"))
        dinars = over_limit(Money(Decimal("10.005"), "KWD"), Money(Decimal(10), "KWD"))

        assert yen.figures == {"gross": "1,001 JPY", "limit": "1,000 JPY", "excess": "1 JPY"}
        assert dinars.figures == {"gross": "10.005 KWD", "limit": "10.000 KWD", "excess": "0.005 KWD"}


class TestNobodyEligible:
    def test_says_which_people_are_missing_over_the_limit(self):
        alone = (Person(5, "Rita", Role.REQUESTER), Person(3, "Bea", Role.BUYER))

        ruling = rule(case("requester", "5000.01", people=alone))

        assert ruling.nobody_can_approve
        assert ruling.reasons[-1].text == "Your company has no other active Admin who could approve."

    def test_says_which_people_are_missing_within_it(self):
        ruling = rule(case("requester", people=(Person(5, "Rita", Role.REQUESTER),)))

        assert ruling.reasons[-1].text == "Your company has no other active Admin or Buyer who could approve."

    def test_says_that_the_group_holds_nobody_else(self):
        ruling = rule(case("requester", group="*"))

        assert ruling.reasons[-1].text == "You are the only active member of the approval group."

    def test_an_order_that_is_free_needs_nobody(self):
        assert not rule(case("buyer", people=(BEA,))).nobody_can_approve


class TestApprovalGroup:
    def test_without_active_members_warns_and_does_not_block(self):
        ruling = rule(case("requester", group_named=True))

        assert [person.name for person in ruling.eligible] == ["Ana", "Bea", "Bob", "Tom"]
        assert [warning.code for warning in ruling.warnings] == ["approval_group_without_active_members"]

    def test_with_active_members_does_not_warn(self):
        assert rule(case("requester", group="Bob")).warnings == ()

    def test_a_requester_in_it_approves_over_any_limit(self):
        ruling = rule(case("buyer", "999999.00", group="Rolf"))

        assert [person.name for person in ruling.eligible] == ["Rolf"]

    def test_buyers_and_admins_outside_are_not_eligible(self):
        ruling = rule(case("requester", group="Rolf"))

        assert {person.name for person in ruling.eligible}.isdisjoint({"Ana", "Tom", "Bea", "Bob"})


class TestWhatWouldAvoidIt:
    ITEMS = (
        Item("Chairs", euros("2000.00")),
        Item("Desks", euros("2500.00")),
        Item("Lamps", euros("812.40")),
        Item("Pens", euros("500.00")),
    )

    def avoid(self, asker="buyer", gross="5812.40", limit="5000 EUR", items=ITEMS):
        return rule(case(asker, gross, limit, items=items)).avoid

    def test_names_the_cheapest_line_that_is_enough(self):
        (way,) = self.avoid()

        assert way.code == "without_a_line"
        assert way.text == "Without Lamps (812.40 EUR) you could order now."
        assert way.figures == {"line": "Lamps", "gross": "812.40 EUR"}

    def test_names_none_where_no_single_line_is_enough(self):
        assert self.avoid(gross="9000.00", items=self.ITEMS[2:]) == ()

    def test_names_none_where_it_is_the_only_line(self):
        assert self.avoid(items=self.ITEMS[:1]) == ()

    @pytest.mark.parametrize("limit", ["5000 USD", "none"])
    def test_names_none_where_the_limit_is_not_the_reason(self, limit):
        assert self.avoid(limit=limit) == ()

    def test_names_none_to_requesters_who_always_ask(self):
        assert self.avoid("requester") == ()

    def test_names_none_within_the_limit(self):
        assert self.avoid(gross="5000.00") == ()

    def test_of_equally_dear_lines_the_first_by_name(self):
        twins = (Item("Zebra", euros("900.00")), Item("Apple", euros("900.00")))

        assert self.avoid(items=twins)[0].figures["line"] == "Apple"


class TestSwitchedOffForQuotes:
    @pytest.mark.parametrize("asker", ["admin", "buyer", "requester"])
    def test_everybody_who_may_order_is_free(self, asker):
        ruling = rule(case(asker, "999999.00", approvals_on=False))

        assert ruling.permitted
        assert ruling.reasons[0].code == "quote_approvals_off"

    @pytest.mark.parametrize("asker", ["contact", "no role"])
    def test_who_may_not_order_still_may_not(self, asker):
        assert rule(case(asker, approvals_on=False)).verdict is Verdict.FORBIDDEN

    def test_a_private_customer_was_free_before(self):
        ruling = rule(case("private", approvals_on=False))

        assert ruling.reasons[0].code == "private_customer"


people = st.lists(
    st.builds(
        Person,
        user_id=st.integers(1, 8),
        name=st.sampled_from(["Ana", "Bea", "Carl", "Dora"]),
        role=st.sampled_from([Role.ADMIN, Role.BUYER, Role.REQUESTER, Role.CONTACT]),
        in_group=st.booleans(),
    ),
    unique_by=lambda person: person.user_id,
)
amounts = st.decimals(0, 10_000, places=2)


@given(people=people, asker=st.integers(1, 8), exceeded=st.booleans())
def test_nobody_approves_their_own_request_and_contacts_never_do(people, asker, exceeded):
    eligible = eligible_approvers(people, asker_id=asker, exceeded=exceeded)

    assert all(person.user_id != asker for person in eligible)
    assert all(person.role is not Role.CONTACT for person in eligible)
    assert set(eligible) <= set(people)


@given(people=people, asker=st.integers(1, 8))
def test_who_approves_above_the_limit_approves_within_it_too(people, asker):
    above = eligible_approvers(people, asker_id=asker, exceeded=True)

    assert set(above) <= set(eligible_approvers(people, asker_id=asker, exceeded=False))


@given(people=people, asker=st.integers(1, 8), exceeded=st.booleans())
def test_the_order_of_the_people_does_not_matter(people, asker, exceeded):
    answers = {
        eligible_approvers(order, asker_id=asker, exceeded=exceeded)
        for order in itertools.islice(itertools.permutations(people), 6)
    }

    assert len(answers) == 1


@given(people=people, gross=amounts, limit=st.none() | amounts, role=st.sampled_from([Role.BUYER, Role.REQUESTER]))
def test_a_dearer_order_is_never_freer(people, gross, limit, role):
    asker = Asker(1, role, has_membership=True)
    limit = None if limit is None else euros(limit)

    cheap = rule(Case(asker, euros(gross), limit, tuple(people)))
    dear = rule(Case(asker, euros(gross + 1), limit, tuple(people)))

    assert cheap.permitted or not dear.permitted
