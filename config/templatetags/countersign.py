"""The pieces that pages are put together from: what each is called and which plain values it takes.

Every piece is one template in `templates/components/`; a page loads them with
`{% load countersign %}`. Where a value is a thing (a line, an event, a move, ...) it may be a
mapping or an object with these names; what is not named may be left out. Every piece can be kept
for another piece: `{% money total "EUR" "gross" as total_text %}{% stat "This month" total_text %}`.
Tones are `waiting` (amber), `good` (green), `refused` (red) and `closed` (grey).

Small words
    {% icon "cart" %}                       also {% icon "bell" label="Notices" %}
    {% status_badge order.status %}         or {% status_badge "In review" "waiting" %}
    {% money amount "EUR" "gross" %}        the third word is `net`, `gross` or left out
    {% person "Rita Okafor" "Requester" "Northwind GmbH" %}
    {% when at %}                           `as_of="relative"` (2 hours ago) or `as_of="day"` (Tue 24 Nov)
    {% deadline expires_at "expires" %}     expires in 2 days, Tue 24 Nov 14:05 CET
    {{ amount|money:"EUR" }}  {{ quantity|quantity }}  {{ product.name|text_in }}  {{ texts|text_in:"de" }}

Blocks
    {% line_table lines "EUR" totals %}     caption, price_word="net", total_word="gross"
        line    name, sku, quantity, unit, unit_price, tax_rate (percent), total, url, detail, note, note_tone,
                old_quantity, old_unit_price, old_total (shown old -> new), state ("added", "removed"),
                edit {url, remove_url, step, min, max}: posts `quantity` there
        total   label, amount, hint, strong
    {% totals totals "EUR" %}               the same rows as a narrow list, for the side of a cart
    {% limit_bar gross "EUR" limit %}       limit None = no limit; limit_currency where it differs
    {% reason_box "needs" headline reasons %}   tone free, needs or forbidden; who=names, avoid=sentence(s)
    {% timeline events %}                   event: at, who, role, what, comment, tone, on_behalf_of, details (lines)
    {% progress_line steps %}               step: label, state (done, current, todo, skipped, refused), who, at
    {% key_values pairs %}                  pair: label, value, hint, url
    {% address location %}                  company_name, contact_name, street, street_number, ..., country
    {% quote comment "Rita Okafor" at %}    what somebody wrote
    {% stat "Waiting for me" 3 %}           hint, url, tone
    {% card "Delivery" %} ... {% endcard %} icon, action_label, action_url, flush=True (no padding, for tables)
    {% queue items "Approvals to decide" %} select="approval" puts a check box before each row
        item    title, url, key, who, group, company, detail, why, amount, currency, tax_word, status, tone, at,
                deadline, unread, unselectable
    {% product_card product %}              in <ul class="products">: name, url, sku, vendor, text, note, price,
                currency, tax_word, unit, add_url with hidden {name: value} (posts there)

Moving about
    {% move_bar moves %}                    comment_label: one optional comment for all; hidden: {name: value} for all;
                prefix of ids, where a page has several bars
        move    label, url, kind (primary, secondary, dangerous), hint, needs_comment, comment_label, comment_help,
                comment_value, error, fields (form fields), hidden {name: value}, name, value, method ("get" = a link),
                form (the id of a form of the page, which the button sends)
    {% filter_bar form %}                   a GET form; reset_url, count, noun ("order")
    {% tabs items "Approvals" %}            item: label, url, count, current
    {% pager page %}                        a page of Django's Paginator; keeps the rest of the address
    {% empty_state "Nothing to decide" "text" %}    icon, action_label, action_url
    {% flash "good" "Approved." "What is next" %}   more may be left out; a Django message level is a tone, too

Forms
    {% form_errors form %}                  first in the form: what is wrong, with links to the fields
    {% form_field form.email %}             label above, help and error below it, linked for screen readers
    <button class="button">, "button button--secondary", "button button--dangerous", "button button--quiet"

Pages extend `base_dashboard.html`, `base_control_panel.html` or `base_plain.html` and fill the blocks
`title`, `breadcrumb`, `heading`, `status` (beside the heading), `lead` (the one sentence), `heading_actions`, and
either `content` (one column) or `above` (full width), `asked`, `aside` and `moves` (two columns on a desk; on a
phone one column with the moves in a bar at the bottom). The moves come first in the right column;
`{% block detail_class %}detail--moves-last{% endblock %}` puts them below the rest of it. Whole pages in
`templates/styleguide/` show how this goes together; they and every piece can be looked at under /styleguide/.
"""

from config.pieces import blocks, moving, words  # noqa: F401 - importing them registers their tags
from config.pieces.library import register

__all__ = ["register"]
