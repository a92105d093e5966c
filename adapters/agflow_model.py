"""Answers agflow's questions with a model of your own. Needs numpy alone; see docs/model-process.md.

    import numpy as np
    from agflow_model import one_hot, serve

    def predict(sequences, organism, wants):
        return {"RNA": my_network(one_hot(sequences))}  # [sequences, bins, tracks]

    serve(predict, name="my-model", lengths=524288,
          outputs=[{"name": "RNA", "resolution": 32, "offset": 163840, "tracks": ["liver", "lung"]}])

In a workflow: with: { model: exec, command: [python3], weights: [./my_model.py, ./my_weights.pt] }
"""

import json
import os
import sys
import traceback

import numpy as np

_CODES = np.full(256, 4, np.uint8)
_CODES[np.frombuffer(b"ACGTacgt", np.uint8)] = [0, 1, 2, 3, 0, 1, 2, 3]
_ROWS = np.vstack([np.eye(4, dtype=np.float32), np.zeros((1, 4), np.float32)])


# What the model and its libraries print must not get between the messages: it goes to standard error, the task's log.
_answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)


def _say(message, data=b""):
    _answers.write(json.dumps(message).encode("ascii") + b"\n" + data)


def one_hot(sequences):
    """[sequences, positions, 4] in the order A, C, G, T; anything else is all zeros."""
    letters = np.frombuffer("".join(sequences).encode("ascii"), np.uint8)
    return _ROWS[_CODES[letters]].reshape(len(sequences), -1, 4)


def serve(predict, **info):
    """Answers until agflow asks no more. `info` is what agflow is told of the model.

    predict(sequences, organism, wants) gives an array for each output that is wanted: [sequences, bins, tracks], for
    contact maps [sequences, bins, bins, tracks]. `wants` maps outputs to the indices of the tracks that are looked at,
    None for all; all tracks must be given, what is in the others does not matter.
    """
    _say({"protocol": 1, **info})
    _answers.flush()
    for line in sys.stdin:
        question = json.loads(line)
        sequences = question["sequences"]
        wants = {want["output"]: want.get("tracks") for want in question["wants"]}
        try:
            arrays = predict(sequences, question["organism"], wants)
            for output in wants:
                array = np.ascontiguousarray(arrays[output], "<f4")
                if len(array) != len(sequences):
                    raise ValueError(f"{output}: {len(array)} answers for {len(sequences)} sequences")
                for at, values in enumerate(array):
                    head = {"sequence": at, "output": output, "shape": values.shape, "bytes": values.nbytes}
                    _say(head, values.tobytes())
        except Exception as error:
            traceback.print_exc()
            _say({"error": f"{type(error).__name__}: {error}"})
        else:
            _say({"done": True})
        _answers.flush()
