"""Globals that hold a model's state and do nothing else when a pickle opens them. Whoever is not here is unknown."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

NUMBERS = (
    "ndarray dtype bool_ bool generic number int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 "
    "longdouble complex64 complex128 str_ bytes_ datetime64 timedelta64 object_ void intp matrix record recarray "
    "float_ int_ long longlong ulonglong poly1d"
)
GLOBALS: dict[str, str] = {
    "builtins": (
        "bool int float complex str bytes bytearray list tuple dict set frozenset object slice range type NoneType "
        "Ellipsis NotImplemented min max sum len abs round Exception ValueError TypeError KeyError RuntimeError "
        "Warning UserWarning"
    ),
    "__builtin__": (
        "bool int float complex str bytes bytearray list tuple dict set frozenset object slice range unicode "
        "long xrange"
    ),
    "collections": "OrderedDict defaultdict deque Counter ChainMap",
    "copyreg": "_reconstructor",
    "copy_reg": "_reconstructor",
    "_codecs": "encode",
    "datetime": "date datetime time timedelta timezone",
    "zoneinfo": "ZoneInfo._unpickle",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "random": "Random",
    "uuid": "UUID SafeUUID",
    "array": "_array_reconstructor",
    "pathlib": "PurePath PurePosixPath PureWindowsPath",
    "numpy": NUMBERS,
    "numpy.core.multiarray": "_reconstruct scalar",
    "numpy._core.multiarray": "_reconstruct scalar",
    "numpy.core.numeric": "_frombuffer",
    "numpy._core.numeric": "_frombuffer",
    "numpy.ma.core": "MaskedArray _mareconstruct",
    "numpy.ma": "MaskedArray _mareconstruct",
    "numpy.dtypes": "StringDType",
    "numpy.random._pickle": "__randomstate_ctor __bit_generator_ctor __generator_ctor",
    "numpy.random._mt19937": "MT19937",
    "numpy.random._pcg64": "PCG64 PCG64DXSM",
    "numpy.random._philox": "Philox",
    "numpy.random._sfc64": "SFC64",
    "numpy.random.bit_generator": "SeedSequence __pyx_unpickle_SeedSequence",
    "numpy.random.mtrand": "RandomState",
    "joblib.numpy_pickle": "NumpyArrayWrapper",
    "pandas": "DataFrame Series Index Timestamp Timedelta Interval Categorical CategoricalDtype",
    "pandas._libs.internals": "_unpickle_block BlockPlacement",
    "pandas._libs.tslibs.timestamps": "_unpickle_timestamp Timestamp",
    "pandas._libs.tslibs.timedeltas": "_timedelta_unpickle Timedelta",
    "pandas._libs.tslibs.nattype": "_nat_unpickle",
    "pandas._libs.tslibs.offsets": "Day Hour Minute Second MonthEnd MonthBegin BusinessDay QuarterEnd YearEnd Week",
    "pandas._libs.tslibs.period": "Period",
    "pandas._libs.arrays": "__pyx_unpickle_NDArrayBacked",
    "pandas._libs.interval": "Interval",
    "pandas._libs.missing": "NAType",
    "pandas.core.indexes.base": "_new_Index",
    "pandas.core.indexes.datetimes": "_new_DatetimeIndex",
    "pandas.core.indexes.period": "_new_PeriodIndex",
    "pandas.core.internals.managers": "BlockManager SingleBlockManager",
    "pyarrow.lib": "type_for_alias scalar py_buffer _restore_array _reconstruct_schema schema field",
    "lightgbm": "Booster LGBMClassifier LGBMRegressor LGBMRanker LGBMModel Dataset",
    "xgboost": "Booster XGBClassifier XGBRegressor XGBRanker DMatrix",
    "catboost.core": "CatBoost CatBoostClassifier CatBoostRegressor CatBoostRanker",
    "sklearn._loss._loss": (
        "CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyHalfMultinomialLoss CyHalfPoissonLoss "
        "CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHuberLoss CyLossFunction CyPinballLoss"
    ),
    "sklearn.metrics._dist_metrics": "newObj newObj32 newObj64",
    "sklearn.neighbors._kd_tree": "newObj newObj32 newObj64 KDTree KDTree32 KDTree64",
    "sklearn.neighbors._ball_tree": "newObj newObj32 newObj64 BallTree BallTree32 BallTree64",
    "sklearn.cluster._kmeans": "_kmeans_single_lloyd _kmeans_single_elkan",
    "sklearn.linear_model._sgd_fast": (
        "Hinge SquaredHinge Log ModifiedHuber SquaredLoss Huber EpsilonInsensitive SquaredEpsilonInsensitive"
    ),
    "scipy._lib.array_api_compat.numpy._aliases": "asarray",
    "sklearn.utils._bunch": "Bunch",
    "sklearn.compose._column_transformer": "_RemainderColsList",
    "scipy.special": "expit logit",
    "scipy.special._ufuncs": "expit logit",
    "mlops.blocks.networks": "TabularEstimator",
    "torch": (
        "FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage "
        "ByteStorage BoolStorage ComplexFloatStorage ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage "
        "Size Tensor device dtype float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 bool complex64 "
        "strided sparse_coo float half double long contiguous_format channels_last preserve_format"
    ),
    "torch.storage": "UntypedStorage TypedStorage",
    "torch.serialization": "_get_layout",
    "torch._utils": (
        "_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state "
        "_rebuild_qtensor _rebuild_sparse_tensor _rebuild_meta_tensor_no_storage _rebuild_device_tensor_from_numpy"
    ),
    "torch._tensor": "_rebuild_from_type_v2 Tensor",
    "torch.nn.parameter": "Parameter Buffer UninitializedParameter",
    "torch.nn": "Parameter Module Linear Sequential",
}
"""`builtins.type` and plain functions are only named, as in a dictionary of choices: their calls are judged by
`mlops.scans.reading.judging`."""

PATTERNS = tuple(
    re.compile(one)
    for one in (
        r"torch\.nn\.modules\.\w+ [A-Z]\w+",
        r"torch\.optim\.\w+ [A-Z]\w+",
        r"torchvision\.models\.\w+ _?[A-Z]\w+",
        r"numpy(\.\w+)? (float|int|uint|complex)\d+",
        r"numpy\.dtypes \w+DType",
        r"numpy (add|subtract|multiply|divide|mean|median|std|var|min|max|sum|prod|log|log1p|log2|log10|exp|expm1|sqrt"
        r"|cbrt|square|abs|absolute|sign|floor|ceil|isnan|nan_to_num|array|asarray|ravel|clip|round|argmax|argmin)",
        r"sklearn\.(\w+\.)*\w+ __pyx_unpickle_\w+",
        r"sklearn\.metrics\._dist_metrics \w+Distance(32|64)?",
        r"sklearn\.metrics\._(classification|regression|ranking) \w+_(score|error|loss|auc|deviance)",
        r"sklearn\.preprocessing\._function_transformer _identity",
        r"sklearn\.feature_selection\._(univariate_selection|mutual_info) (f_\w+|chi2|r_regression|mutual_info_\w+)",
        r"sklearn\.feature_extraction\.text (strip_accents_\w+|strip_tags|_preprocess|_analyze)",
        r"sklearn\.ensemble\._gb_losses [A-Z]\w+",
    )
)


@cache
def names() -> frozenset[str]:
    """Each as “module name”."""
    found = {f"{module} {name}" for module, listed in GLOBALS.items() for name in listed.split()}
    for line in (Path(__file__).parent / "classes.txt").read_text().splitlines():
        module, *classes = line.split()
        found.update(f"{module} {name}" for name in classes)
    return frozenset(found)


def is_allowed(module: str, name: str) -> bool:
    text = f"{module} {name}"
    return text in names() or any(pattern.fullmatch(text) for pattern in PATTERNS)
