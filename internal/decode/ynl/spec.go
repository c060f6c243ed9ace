// SPDX-License-Identifier: Apache-2.0

package ynl

import "go.yaml.in/yaml/v4"

// spec is one file, as it was written.
type spec struct {
	node     *yaml.Node
	name     string
	protocol string // "genetlink" if it does not say
	protonum uint64
	version  uint64
	defs     []definition
	sets     []attrSet
	subs     []subMessage
	ops      operations
	groups   []group
}

type definition struct {
	node    *yaml.Node
	name    string
	typ     string // const, enum, flags, struct
	value   string // const
	start   uint64
	prefix  *string // name-prefix
	entries []entry
	members []attr // of a struct
}

type entry struct {
	name  string
	value uint64
	set   bool
}

// attr is an attribute, or a member of a struct.
type attr struct {
	multi     bool // it may repeat
	node      *yaml.Node
	name      string
	typ       string
	value     optional
	prefix    *string
	bigEndian bool
	little    bool
	nested    string
	enum      string
	asFlags   bool
	subType   string
	hint      string
	strct     string
	subMsg    string
	selector  string
	typeValue int    // how many levels
	length    string // a number or the name of a const
}

type attrSet struct {
	node   *yaml.Node
	name   string
	prefix *string
	subset string
	attrs  []attr
}

type subMessage struct {
	node    *yaml.Node
	name    string
	formats []format
}

type format struct {
	node   *yaml.Node
	values []string
	header string
	set    string
}

type operations struct {
	directional bool
	prefix      *string
	asyncPrefix *string
	header      string
	list        []operation
}

type operation struct {
	node   *yaml.Node
	name   string
	value  optional
	set    string
	header string
	notify string
	event  bool
	admin  bool // it wants CAP_NET_ADMIN
	do     *mode
	dump   *mode
}

// mode is what do or dump says.
type mode struct {
	request, reply       optional
	hasRequest, hasReply bool
}

type group struct {
	name string
	id   uint64
}

// spec reads the top of a file.
func (r *reader) spec(n *yaml.Node) (*spec, error) {
	s := &spec{node: n, protocol: "genetlink", version: 1}
	protonum := false
	err := r.fields(n, "spec", func(key string, v *yaml.Node) (bool, error) {
		switch key {
		case "name":
			return true, r.text(v, key, &s.name)
		case "protocol":
			return true, r.text(v, key, &s.protocol)
		case "protonum":
			protonum = true
			return true, r.number(v, key, &s.protonum)
		case "version":
			return true, r.number(v, key, &s.version)
		case "definitions":
			return true, r.each(v, key, func(v *yaml.Node) error { return r.definition(v, s) })
		case "attribute-sets":
			return true, r.each(v, key, func(v *yaml.Node) error { return r.attrSet(v, s) })
		case "sub-messages":
			return true, r.each(v, key, func(v *yaml.Node) error { return r.subMessage(v, s) })
		case "operations":
			return true, r.operations(v, &s.ops)
		case "mcast-groups":
			return true, r.groups(v, s)
		case "doc", "uapi-header", "c-family-name", "c-version-name", "max-by-define", "cmd-max-name", "cmd-cnt-name",
			"kernel-policy", "kernel-family":
			return true, nil // for generators of C
		}
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	switch {
	case s.name == "":
		return nil, r.fail(n, "the family has no name")
	case s.protocol == "netlink-raw" && !protonum:
		return nil, r.fail(n, "netlink-raw without protonum")
	case s.protocol == "netlink-raw" && s.protonum >= 32: // MAX_LINKS
		return nil, r.fail(n, "protonum %d is out of range", s.protonum)
	}
	switch s.protocol {
	case "netlink-raw", "genetlink", "genetlink-c", "genetlink-legacy":
		return s, nil
	}
	return nil, r.fail(n, "protocol %q is not known", clip(s.protocol))
}

// raw says whether messages are the protocol's own, not generic netlink's.
func (s *spec) raw() bool { return s.protocol == "netlink-raw" }

func (r *reader) prefix(v *yaml.Node, to **string) error {
	*to = new(string)
	return r.text(v, "name-prefix", *to)
}

func (r *reader) definition(n *yaml.Node, s *spec) error {
	d := definition{node: n}
	err := r.fields(n, "definition", func(key string, v *yaml.Node) (bool, error) {
		switch key {
		case "name":
			return true, r.text(v, key, &d.name)
		case "type":
			return true, r.text(v, key, &d.typ)
		case "value":
			return true, r.text(v, key, &d.value)
		case "value-start":
			return true, r.number(v, key, &d.start)
		case "name-prefix":
			return true, r.prefix(v, &d.prefix)
		case "entries":
			return true, r.each(v, key, func(v *yaml.Node) error { return r.entry(v, &d) })
		case "members":
			return true, r.each(v, key, func(v *yaml.Node) error { return r.attr(v, "member", &d.members) })
		case "doc", "header", "scope", "render-max", "enum-name", "enum-cnt-name", "c-define-name":
			return true, nil
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	switch d.typ {
	case "const", "enum", "flags", "struct":
		s.defs = append(s.defs, d)
	default:
		r.note(n, "definition %q: type %q is not known", clip(d.name), clip(d.typ))
	}
	return nil
}

func (r *reader) entry(n *yaml.Node, d *definition) error {
	v, err := r.real(n)
	if err != nil {
		return err
	}
	var e entry
	if v.Kind == yaml.ScalarNode {
		err = r.text(n, "entry", &e.name)
	} else {
		err = r.fields(n, "entry", func(key string, v *yaml.Node) (bool, error) {
			switch key {
			case "name":
				return true, r.text(v, key, &e.name)
			case "value":
				e.set = true
				return true, r.number(v, key, &e.value)
			case "doc":
				return true, nil
			}
			return false, nil
		})
	}
	d.entries = append(d.entries, e)
	return err
}

func (r *reader) attrSet(n *yaml.Node, s *spec) error {
	a := attrSet{node: n}
	err := r.fields(n, "attribute-set", func(key string, v *yaml.Node) (bool, error) {
		switch key {
		case "name":
			return true, r.text(v, key, &a.name)
		case "name-prefix":
			return true, r.prefix(v, &a.prefix)
		case "subset-of":
			return true, r.text(v, key, &a.subset)
		case "attributes":
			return true, r.each(v, key, func(v *yaml.Node) error { return r.attr(v, "attribute", &a.attrs) })
		case "doc", "enum-name", "attr-cnt-name", "attr-max-name", "header":
			return true, nil
		}
		return false, nil
	})
	s.sets = append(s.sets, a)
	return err
}

// attr reads an attribute, or a member of a struct.
func (r *reader) attr(n *yaml.Node, what string, to *[]attr) error {
	a := attr{node: n}
	err := r.fields(n, what, func(key string, v *yaml.Node) (bool, error) {
		words := map[string]*string{
			"name": &a.name, "type": &a.typ, "nested-attributes": &a.nested, "enum": &a.enum, "sub-type": &a.subType,
			"display-hint": &a.hint, "struct": &a.strct, "sub-message": &a.subMsg, "selector": &a.selector, "len": &a.length,
		}
		if to := words[key]; to != nil {
			return true, r.text(v, key, to)
		}
		switch key {
		case "value":
			return true, r.id(v, key, &a.value)
		case "name-prefix":
			return true, r.prefix(v, &a.prefix)
		case "enum-as-flags":
			return true, r.boolean(v, key, &a.asFlags)
		case "byte-order":
			var order string
			err := r.text(v, key, &order)
			a.bigEndian, a.little = order == "big-endian", order == "little-endian"
			return true, err
		case "type-value":
			return true, r.each(v, key, func(*yaml.Node) error { a.typeValue++; return nil })
		case "checks":
			return true, r.checks(v, &a)
		case "multi-attr":
			return true, r.boolean(v, key, &a.multi)
		case "doc":
			return true, nil
		}
		return false, nil
	})
	if err == nil && a.name == "" {
		err = r.fail(n, "%s without a name", what)
	}
	*to = append(*to, a)
	return err
}

// checks are the kernel's, not ours; but an exact length says how long a
// member is.
func (r *reader) checks(n *yaml.Node, a *attr) error {
	return r.fields(n, "checks", func(key string, v *yaml.Node) (bool, error) {
		switch key {
		case "exact-len":
			return true, r.text(v, key, &a.length)
		case "min", "max", "min-len", "max-len", "flags-mask", "unterminated-ok", "sparse":
			return true, nil
		}
		return false, nil
	})
}
