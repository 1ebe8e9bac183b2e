#!/usr/bin/env python3
"""Writes UnicodeFolding.Data.cs: what BERT's uncased rules do to each code point (models/PREPROCESSING.md, section 2, steps 1 to 4).

Run it with Python 3.11, whose Unicode version (14) is the one that the vectors were made with:
    python3 make_unicode_folding.py > UnicodeFolding.Data.cs
"""
import sys
import unicodedata as ucd

CJK = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF),
       (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]
HANGUL = (0xAC00, 0xD7A3)
KEEP, DROP, SPACE, IDEOGRAPH, PUNCTUATION, MARK, MARK_STARTER, HANGUL_SYLLABLE, ORDERED = range(9)


def kind(cp):
    c, category = chr(cp), ucd.category(chr(cp))
    if cp in (0, 0xFFFD): return DROP
    if c in '\t\n\r' or category in ('Zs', 'Zl', 'Zp'): return SPACE
    if category[0] == 'C': return DROP
    if any(a <= cp <= b for a, b in CJK): return IDEOGRAPH
    if category == 'Mn': return MARK if ucd.combining(c) else MARK_STARTER
    if ucd.combining(c): return ORDERED
    if category[0] == 'P' or 33 <= cp <= 47 or 58 <= cp <= 64 or 91 <= cp <= 96 or 123 <= cp <= 126: return PUNCTUATION
    if HANGUL[0] <= cp <= HANGUL[1]: return HANGUL_SYLLABLE
    return KEEP


def fold(cp):
    return [ord(c) for c in ucd.normalize('NFD', chr(cp).lower()) if ucd.category(c) != 'Mn']


def table(name, summary, numbers):
    print(f'\n    /// <summary>{summary}</summary>')
    print(f'    static ReadOnlySpan<int> {name} =>\n    [')
    row = '       '
    for number in numbers:
        item = f' 0x{number:X},'
        if len(row) + len(item) > 150:
            print(row)
            row = '       '
        row += item
    print(row + '\n    ];')


kinds, folds, longer = [], [], []
for cp in range(sys.maxunicode + 1):
    k = kind(cp)
    if not kinds or kinds[-1] & 15 != k: kinds.append(cp << 4 | k)
    if k in (DROP, SPACE, MARK, MARK_STARTER, HANGUL_SYLLABLE): continue
    result = fold(cp)
    if result == [cp]: continue
    if len(result) > 1:
        longer += [cp, len(result), *result]
        continue
    step = cp - folds[-1][1] if folds else 0
    if folds and result[0] - cp == folds[-1][3] and step in (1, 2) and folds[-1][2] in (0, step):
        folds[-1][1:3] = [cp, step]
    else: folds.append([cp, cp, 0, result[0] - cp])

print(f'// Written by make_unicode_folding.py from the tables of Unicode {ucd.unidata_version}; do not edit.\n')
print('namespace Classifier.Tokenizing;\n')
print('static partial class UnicodeFolding\n{', end='')
table('Kinds', 'First code point &lt;&lt; 4 | <see cref="FoldKind"/>, up to the next entry.', kinds)
table('FoldRuns', 'First, last, step, target of first: code points that become one other, at the same distance.',
      [n for first, last, step, delta in folds if step for n in (first, last, step, first + delta)])
table('FoldPairs', 'Code point, target: the others that become one other.',
      [n for first, last, step, delta in folds if not step for n in (first, first + delta)])
table('LongFolds', 'Code point, count, and the code points that it becomes.', longer)
table('CombiningClasses', 'Code point &lt;&lt; 8 | canonical combining class, where both matter: not a mark that is dropped.',
      [cp << 8 | ucd.combining(chr(cp)) for cp in range(sys.maxunicode + 1) if kind(cp) == ORDERED])
print('}')
