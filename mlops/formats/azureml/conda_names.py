"""How packages of conda channels are called in the Python package index, and which have no part there.

Facts of conda-forge, defaults and pytorch's channels; a name that is not here is the same in both."""

from __future__ import annotations

import re

NAMES: dict[str, str] = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "torchvision-cpu": "torchvision",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "py-xgboost-gpu": "xgboost",
    "_py-xgboost-mutex": "",
    "py-lightgbm": "lightgbm",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-mkl": "tensorflow",
    "tensorflow-eigen": "tensorflow",
    "tensorflow-base": "tensorflow",
    "keras-gpu": "keras",
    "opencv": "opencv-python-headless",
    "py-opencv": "opencv-python-headless",
    "libopencv": "opencv-python-headless",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "plotly_express": "plotly",
    "msgpack-python": "msgpack",
    "dask-core": "dask",
    "faiss": "faiss-cpu",
    "faiss-gpu": "faiss-cpu",
    "onnxruntime-cpu": "onnxruntime",
    "python-flatbuffers": "flatbuffers",
    "protobuf-python": "protobuf",
    "python-graphviz": "graphviz",
    "pytables": "tables",
    "pyqt": "PyQt5",
    "snappy": "python-snappy",
    "python-lmdb": "lmdb",
    "python-xxhash": "xxhash",
    "lz4-python": "lz4",
    "brotli-python": "brotli",
    "psycopg2": "psycopg2-binary",
    "pyarrow-core": "pyarrow",
    "arrow-cpp": "pyarrow",
    "shap-base": "shap",
    "spacy-model-en_core_web_sm": "en-core-web-sm",
    "huggingface_hub": "huggingface-hub",
    "hdf5": "",
    "tbb4py": "tbb",
    "mkl-service": "",
    "mkl_fft": "",
    "mkl_random": "",
    "numpy-base": "numpy",
    "pandas-base": "pandas",
    "scikit-learn-base": "scikit-learn",
    "importlib_metadata": "importlib-metadata",
    "importlib_resources": "importlib-resources",
    "typing_extensions": "typing-extensions",
    "ruamel_yaml": "ruamel.yaml",
    "ipython_genutils": "ipython-genutils",
    "jupyter_client": "jupyter-client",
    "jupyter_core": "jupyter-core",
    "mlflow-base": "mlflow",
    "ray-core": "ray",
    "ray-default": "ray[default]",
    "ray-tune": "ray[tune]",
    "pillow-simd": "pillow",
    "gitpython": "GitPython",
    "tensorboard-base": "tensorboard",
    "prophet-base": "prophet",
    "fbprophet": "prophet",
    "enum34": "",
    "blosc": "",
    "python-blosc": "blosc",
}
"""An empty name: nothing has to be installed for it."""

CUDA = re.compile(
    r"cuda.*|cudatoolkit.*|cudnn|nccl|pytorch-cuda|pytorch-mutex|cupti|libcu\w+|nvidia-.*|gpustat-cuda|magma-cuda.*"
)
SYSTEM = re.compile(
    r"_libgcc_mutex|_openmp_mutex|blas(-devel)?|libblas|libcblas|liblapack.*|lapack|openblas|libopenblas|mkl|mkl-include"
    r"|intel-openmp|llvm-openmp|openmp|libgomp|nomkl|ca-certificates|openssl|libgcc.*|libstdcxx.*|gcc.*"
    r"|gxx.*|g\+\+|gfortran.*|libgfortran.*|binutils.*|compilers|c-compiler|cxx-compiler|fortran-compiler|make|cmake"
    r"|libffi|ncurses|readline|tk|xz|zlib|bzip2|sqlite|libsqlite|libzlib|libuuid|ld_impl_.*|libnsl|tzdata|krb5|libedit"
    r"|libpng|libtiff|libjpeg.*|jpeg|freetype|lcms2|zstd|lz4-c|lerc|libwebp.*|giflib|icu|libxml2|libxslt|expat|glib.*"
    r"|fontconfig|pcre.*|libsodium|zeromq|libprotobuf.*|libevent|c-ares|curl|libcurl|libssh2|nghttp2|git|wget"
    r"|openmpi.*|mpich.*|libgomp.*|ffmpeg|libsndfile|libiconv|gettext|gmp|mpfr|mpc|swig|bison|pkg-config"
    r"|unixodbc|libxgboost|liblightgbm|libtorch|libtensorflow|pip|conda|mamba|micromamba"
)
PYTHON_ONLY_THERE = re.compile(r"r-.*|r|rpy2|bioconductor-.*|openjdk|nodejs|perl(-.*)?|julia|go|rust|scala|gdal-bin")
"""What only a conda tool installs."""


def pip_name(name: str) -> str | None:
    """Empty: nothing is needed for it. None: only a conda tool can install it."""
    name = name.lower()
    if name in NAMES:
        return NAMES[name]
    if CUDA.fullmatch(name) or SYSTEM.fullmatch(name):
        return ""
    return None if PYTHON_ONLY_THERE.fullmatch(name) else name


def why_dropped(name: str) -> str:
    if CUDA.fullmatch(name.lower()):
        return "The wheels of the package index bring their own CUDA libraries, where they use any."
    return "A library of the system, which wheels bring along or do not need."
