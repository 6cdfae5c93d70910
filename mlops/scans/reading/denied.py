"""What runs programs, reads or writes files, talks to the network, or opens other names: nothing that a model needs."""

from __future__ import annotations

_MODULES = """
os posix nt posixpath ntpath subprocess _posixsubprocess sys importlib _frozen_importlib runpy imp pkgutil zipimport
marshal pickle _pickle cPickle dill shelve dbm code codeop ctypes _ctypes cffi pty commands popen2 shutil tempfile
socket _socket ssl socketserver asyncio aiohttp httpx http httplib urllib urllib2 urllib3 requests ftplib smtplib
telnetlib imaplib poplib nntplib xmlrpc webbrowser multiprocessing _multiprocessing threading _thread concurrent
signal resource fcntl mmap pip setuptools pkg_resources distutils ensurepip venv site timeit trace pdb bdb profile
cProfile _lsprof pydoc doctest unittest test idlelib lib2to3 antigravity gc inspect sysconfig faulthandler atexit
platform linecache tracemalloc fileinput glob io _io nis crypt getpass winreg _winapi msvcrt uuid _osx_support
_aix_support _pyrepl builtins.__import__ picklescan fickling modelscan paramiko docker sqlite3
"""
MODULES = frozenset(_MODULES.split())
"""By the first part of a module's name; also as a part of a dotted name."""

_NAMES = """
eval exec execfile compile open input breakpoint __import__ globals locals vars setattr delattr exit quit help apply
file system popen Popen spawn fork execv run_cmd load_module import_module exec_module runcode runstring
getstatusoutput getoutput check_output check_call methodcaller attrgetter itemgetter resolve_name subimport
load_library CDLL PyDLL dlopen rmtree unlink read_pickle fromfile tofile memmap genfromtxt loadtxt savetxt
load_source load_dynamic read_csv to_csv to_pickle lambdify f2py run_module run_path
"""
NAMES = frozenset(_NAMES.split())
"""Of any module, as any part of a dotted name."""

_MODULE_NAMES = """
operator _operator functools.partial functools.reduce functools.partialmethod logging.config numpy.f2py
numpy.testing numpy.distutils numpy.ctypeslib numpy.lib.npyio numpy.load numpy.save numpy.lib._npyio_impl torch.load
torch.hub torch.jit torch.utils torch.serialization.load torch.distributed torch._inductor torch._dynamo
torch.package torch.ops torch.classes torch.multiprocessing joblib.load joblib.parallel joblib.externals
joblib.memory joblib.numpy_pickle.load pandas.io pandas.eval pandas.core.computation pandas.util.testing
sklearn.externals logging.FileHandler scipy.io types.FunctionType.__call__ keras.utils.get_file
"""
MODULE_NAMES = frozenset(_MODULE_NAMES.split())
"""A module or one of its names, and everything below."""

OWN_CODE = frozenset(
    (
        "cloudpickle.cloudpickle _make_function", "cloudpickle.cloudpickle _make_skeleton_class",
        "cloudpickle.cloudpickle _make_skeleton_enum", "cloudpickle.cloudpickle _make_skel_func",
        "cloudpickle.cloudpickle _fill_function", "cloudpickle.cloudpickle _rehydrate_skeleton_class",
        "cloudpickle.cloudpickle _builtin_type", "cloudpickle.cloudpickle _make_cell",
        "cloudpickle.cloudpickle _make_empty_cell", "cloudpickle.cloudpickle _function_setstate",
        "cloudpickle.cloudpickle _class_setstate", "cloudpickle.cloudpickle _function_getnewargs",
        "cloudpickle.cloudpickle _make_typevar", "cloudpickle.cloudpickle _make_dict_keys",
        "cloudpickle.cloudpickle _make_dict_values", "cloudpickle.cloudpickle _make_dict_items",
        "cloudpickle.cloudpickle _empty_cell_value", "cloudpickle.cloudpickle _gen_not_implemented",
        "cloudpickle _make_function", "cloudpickle _make_skeleton_class",
        "types CodeType", "types FunctionType", "types CellType", "types MethodType",
    )
)  # fmt: skip
"""With these a pickle brings functions and classes of its own along, whose code is run when the model is used."""
