"""Looks once at every byte of a column of texts, and tells of each text what kinds of bytes it holds."""

from .compiled import compiled


@compiled
def text_kinds(offsets, data, anywhere, first, last, first_pair, last_pair, any_pair, opens, short, most, out):  # type: ignore[no-untyped-def]
    """Write into ``out`` the kinds of bytes that each text holds, a bit for each kind.

    Parameters
    ----------
    offsets : ndarray of shape (n_texts + 1,), int64
        Where each text starts; they lie one behind the other.
    data : ndarray of uint8
    anywhere, first, last, short : ndarray of shape (256,), uint16
        The bits of a byte wherever it stands, at the start of a text, at its end, and at the start of one of at most
        ``most`` bytes.
    first_pair, last_pair, any_pair : ndarray of shape (256, 256), uint16
        The bits of the first two bytes, of the last two, and of any two neighbors the first of which has a bit of
        ``opens``.
    opens : uint16
    most : int
    out : ndarray of shape (n_texts,), uint16
    """
    for i in range(len(out)):
        start, end = offsets[i], offsets[i + 1]
        found = anywhere[0] & 0
        for j in range(start, end):
            found |= anywhere[data[j]]
        if found & opens:
            for j in range(start, end - 1):
                if anywhere[data[j]] & opens:
                    found |= any_pair[data[j], data[j + 1]]
        if end > start:
            found |= first[data[start]] | last[data[end - 1]]
            if end - start <= most:
                found |= short[data[start]]
            if end - start > 1:
                found |= first_pair[data[start], data[start + 1]] | last_pair[data[end - 2], data[end - 1]]
        out[i] = found
