"""The findings on cluster means that title the figures which show all features at once."""

from collections.abc import Sequence

import numpy as np

from songatlas.results import Profile

from ._features import mean_table, shown
from ._text import clipped


def separation(profiles: Sequence[Profile], features: Sequence[str]) -> dict[str, float]:
    """Return by feature the mean of z² over the clusters, weighted by share: how far it sets them apart."""
    if not profiles:
        return dict.fromkeys(features, 0.0)
    z = np.nan_to_num(mean_table(profiles, features, "z"))
    weight = np.array([profile.share for profile in profiles])
    return dict(zip(features, (weight @ z**2).tolist(), strict=True))


def boxes_finding(profiles: Sequence[Profile], features: Sequence[str]) -> str:
    """Return in one sentence which feature sets the clusters apart most."""
    found = separation(profiles, features)
    if len(profiles) < 2 or not any(found.values()):
        return "How every feature is spread in every cluster"
    best = max(found, key=lambda feature: found[feature])
    return f"{shown(best).start} sets the clusters apart most"


def heatmap_finding(profiles: Sequence[Profile], features: Sequence[str]) -> str:
    """Return in one sentence the features in which the clusters differ most and least."""
    found = separation(profiles, features)
    order = sorted(found, key=lambda feature: -found[feature])
    if len(profiles) < 2 or len(order) < 3 or not found[order[0]]:
        return "How far each cluster lies from the catalogue"
    first, second, last = (shown(order[at]).label for at in (0, 1, -1))
    return f"The clusters differ most in {first} and {second}, least in {last}"


def means_finding(profiles: Sequence[Profile], features: Sequence[str]) -> str:
    """Return in one sentence the highest and lowest cluster mean of the feature that sets them apart most."""
    found = separation(profiles, features)
    if len(profiles) < 2 or not any(found.values()):
        return "The mean of every feature"
    best = max(found, key=lambda feature: found[feature])
    order = sorted(profiles, key=lambda profile: profile.mean.get(best, np.nan))
    low, high, how = order[0], order[-1], shown(best)
    return (
        f"{how.start} runs from {how.number(low.mean[best])} in {clipped(low.name, 30)} "
        f"to {how.number(high.mean[best])} in {clipped(high.name, 30)}"
    )


def radar_finding(profiles: Sequence[Profile], features: Sequence[str]) -> str:
    """Return in one sentence the cluster nearest the catalogue's means and the one farthest from them."""
    if len(profiles) < 2:
        return "The shape of the one cluster"
    distance = (np.nan_to_num(mean_table(profiles, features, "z")) ** 2).sum(axis=1)
    near, far = (profiles[int(at)].name for at in (distance.argmin(), distance.argmax()))
    if near == far:
        return "All clusters have the same shape"
    return f"{clipped(near, 30)} is nearest the average track, {clipped(far, 30)} farthest from it"
