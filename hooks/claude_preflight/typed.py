"""What of `typing` is needed while running, without the import of it: a commit hook pays for each module and class.

`NamedTuple` is as the real one, which compiles a constructor for each class, and takes six times as long to define. It
has what the project uses: fields with defaults, methods and properties, `_fields`, `_replace`, `_asdict`, equality and
order as a tuple, patterns, pickling. Names that stand in annotations only are imported under `TYPE_CHECKING`.
"""

from __future__ import annotations

__all__ = ("TYPE_CHECKING", "NamedTuple")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import _tuplegetter

    _new = tuple.__new__

    class _Builder(type):
        """Turns the annotations of a class into the fields of its tuples."""

        def __new__(cls, name, bases, namespace):
            fields = tuple(namespace.get("__annotations__", ()))
            namespace["_defaults"] = tuple(namespace.pop(field) for field in fields if field in namespace)
            namespace["_fields"] = namespace["__match_args__"] = fields
            namespace["__slots__"] = ()
            for index, field in enumerate(fields):
                namespace[field] = _tuplegetter(index, None)
            return super().__new__(cls, name, bases, namespace)

    class NamedTuple(tuple, metaclass=_Builder):
        """A tuple whose items have the names that its class declares."""

        def __new__(cls, *values, **named):
            lacking = len(cls._fields) - len(values)
            if lacking or named:
                values = cls._complete(values, named, lacking)
            return _new(cls, values)

        @classmethod
        def _complete(cls, values, named, lacking):
            if not named and 0 < lacking <= len(cls._defaults):
                return values + cls._defaults[-lacking:]
            if lacking < 0 or not named.keys() <= set(cls._fields[len(values) :]):
                raise TypeError(f"{cls.__name__} has the fields {', '.join(cls._fields)}, each once")
            required = len(cls._fields) - len(cls._defaults)
            rest = {**dict(zip(cls._fields[required:], cls._defaults, strict=True)), **named}
            try:
                return values + tuple([rest[field] for field in cls._fields[len(values) :]])
            except KeyError as error:
                raise TypeError(f"{cls.__name__} lacks {error}") from None

        def _replace(self, **named):
            if not named.keys() <= set(self._fields):
                raise TypeError(f"{type(self).__name__} has the fields {', '.join(self._fields)}")
            return _new(type(self), [named.get(field, value) for field, value in zip(self._fields, self, strict=True)])

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            shown = ", ".join(f"{field}={value!r}" for field, value in self._asdict().items())
            return f"{type(self).__name__}({shown})"
