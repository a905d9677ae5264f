"""Prints the scalars of a folder's event files as TensorBoard reads them, one JSON line each: tag, step, value.

    pip install tensorboard && python3 test/goldens/tensorboard_read.py FOLDER
"""
import json
import sys

from tensorboard.backend.event_processing import event_accumulator

events = event_accumulator.EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
for tag in sorted(events.Tags()["scalars"]):
    for event in events.Scalars(tag):
        print(json.dumps([tag, event.step, event.value]))
