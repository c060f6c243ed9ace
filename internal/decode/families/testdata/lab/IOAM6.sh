# Namespaces and schemas of in-situ OAM.
need ip
ip ioam namespace add 123
ip ioam namespace add 124 data 0xdeadbeef
ip ioam namespace add 125 data 0xcafe0001 wide 0x1122334455667788
ip ioam schema add 7 "lab one"
ip ioam schema add 8 "lab two, a longer text"
ip ioam namespace set 124 schema 7
truth namespaces ip -j ioam namespace show
truth schemas ip -j ioam schema show
may ip ioam namespace add 123
may ip ioam namespace set 999 schema 7
ip ioam namespace set 124 schema none
ip ioam schema del 8
ip ioam namespace del 123
