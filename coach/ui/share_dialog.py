"""Share: read-only links to a plan for the manager, each of which can be taken back."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from coach.store import shares
from coach.store.records import KeptPlan, Share
from coach.ui.desk import desk
from coach.ui.moments import ago
from coach.ui.telling import show_told, trying


@st.dialog("Share with your manager", width="medium")
def share_dialog(kept: KeptPlan) -> None:
    st.html(
        '<p class="mc">Whoever has the link can read the page, the score and what the coach says of it, and change '
        "nothing. It shows everything on the page: it is for your side, not for the customer.</p>"
    )
    show_told()
    living = [one for one in shares.shares_of(desk().db, kept.id) if one.revoked_at is None]
    st.button(
        "Make another link" if living else "Make a link",
        key="make-link",
        type="secondary" if living else "primary",
        on_click=trying,
        args=(shares.share, desk().db, kept.id),
    )
    for one in living:
        _show_link(one)


def address_of(share: Share, page_url: str) -> str:
    """Where the link leads, beside the page whose address is given."""
    parts = urlsplit(page_url)
    folder = parts.path.rpartition("/")[0]
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/shared", f"token={share.token}", ""))


def _show_link(share: Share) -> None:
    with st.container(border=True, key=f"share-{share.token[:8]}"):
        st.code(address_of(share, st.context.url or ""), language=None, wrap_lines=True)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="mc mc-muted">Made {ago(share.created_at)}</p>', width="stretch")
            st.button(
                "Take it back",
                key=f"revoke-{share.token[:8]}",
                help="From then on the link opens nothing",
                on_click=trying,
                args=(shares.revoke, desk().db, share.token),
            )
