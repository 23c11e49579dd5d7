"""Words for the states of jobs, wherever one is shown."""

from webapp.runtime.jobs import JobState

STATES = {
    JobState.queued: ("Waiting", None),
    JobState.running: ("Running", "accent"),
    JobState.done: ("Done", "good"),
    JobState.failed: ("Failed", "bad"),
    JobState.cancelled: ("Cancelled", None),
}
"""States for people, with the tone of their pill."""
