"""A custom runtime of MLServer."""

import os

import onnxruntime as ort
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Trees(MLModel):
    async def load(self) -> bool:
        self.session = ort.InferenceSession(os.environ["MODEL_FILE"], providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        matrix = NumpyCodec.decode_input(payload.inputs[0]).astype("float32")
        outputs = self.session.run(None, {self.input: matrix})
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("y", outputs[0])])
