"""A custom model of KServe's server."""

import os

import onnxruntime as ort
from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer


class Trees(Model):
    def __init__(self) -> None:
        super().__init__("trees")
        self.session = ort.InferenceSession(os.environ["MODEL_FILE"], providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        self.ready = True

    def predict(self, payload: InferRequest, headers=None, response_headers=None) -> InferResponse:
        matrix = payload.inputs[0].as_numpy().astype("float32")
        predictions = self.session.run(None, {self.input: matrix})[0]
        output = InferOutput(name="y", shape=list(predictions.shape), datatype="FP32")
        output.set_data_from_numpy(predictions, binary_data=False)
        return InferResponse(response_id=payload.id or "none", model_name=self.name, infer_outputs=[output])


if __name__ == "__main__":
    ModelServer().start([Trees()])
