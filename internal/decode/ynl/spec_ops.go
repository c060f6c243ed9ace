// SPDX-License-Identifier: Apache-2.0

package ynl

import "go.yaml.in/yaml/v4"

func (r *reader) subMessage(n *yaml.Node, s *spec) error {
	m := subMessage{node: n}
	err := r.fields(n, "sub-message", func(key string, v *yaml.Node) (bool, error) {
		switch key {
		case "name":
			return true, r.text(v, key, &m.name)
		case "formats":
			return true, r.each(v, key, func(v *yaml.Node) error { return r.format(v, &m) })
		case "doc":
			return true, nil
		}
		return false, nil
	})
	s.subs = append(s.subs, m)
	return err
}

func (r *reader) format(n *yaml.Node, m *subMessage) error {
	f := format{node: n}
	err := r.fields(n, "format", func(key string, v *yaml.Node) (bool, error) {
		switch key {
		case "value":
			var one string
			real, err := r.real(v)
			if err == nil && real.Kind == yaml.SequenceNode {
				return true, r.each(v, key, func(v *yaml.Node) error {
					err := r.text(v, key, &one)
					f.values = append(f.values, one)
					return err
				})
			}
			err = r.text(v, key, &one)
			f.values = append(f.values, one)
			return true, err
		case "fixed-header":
			return true, r.text(v, key, &f.header)
		case "attribute-set":
			return true, r.text(v, key, &f.set)
		case "doc":
			return true, nil
		}
		return false, nil
	})
	m.formats = append(m.formats, f)
	return err
}

func (r *reader) operations(n *yaml.Node, o *operations) error {
	return r.fields(n, "operations", func(key string, v *yaml.Node) (bool, error) {
		switch key {
		case "enum-model":
			var model string
			if err := r.text(v, key, &model); err != nil {
				return true, err
			}
			o.directional = model == "directional"
			if model != "directional" && model != "unified" {
				return true, r.fail(v, "enum-model %q is not known", clip(model))
			}
			return true, nil
		case "name-prefix":
			return true, r.prefix(v, &o.prefix)
		case "async-prefix":
			return true, r.prefix(v, &o.asyncPrefix)
		case "fixed-header":
			return true, r.text(v, key, &o.header)
		case "list":
			return true, r.each(v, key, func(v *yaml.Node) error { return r.operation(v, o) })
		case "doc", "enum-name", "async-enum":
			return true, nil
		}
		return false, nil
	})
}

func (r *reader) operation(n *yaml.Node, o *operations) error {
	op := operation{node: n}
	err := r.fields(n, "operation", func(key string, v *yaml.Node) (bool, error) {
		switch key {
		case "name":
			return true, r.text(v, key, &op.name)
		case "value":
			return true, r.id(v, key, &op.value)
		case "attribute-set":
			return true, r.text(v, key, &op.set)
		case "fixed-header":
			return true, r.text(v, key, &op.header)
		case "notify":
			return true, r.text(v, key, &op.notify)
		case "event":
			op.event = true
			return true, r.mode(v, new(mode))
		case "do":
			op.do = new(mode)
			return true, r.mode(v, op.do)
		case "dump":
			op.dump = new(mode)
			return true, r.mode(v, op.dump)
		case "flags":
			var flag string
			return true, r.each(v, key, func(v *yaml.Node) error {
				err := r.text(v, key, &flag)
				op.admin = op.admin || flag == "admin-perm" || flag == "uns-admin-perm"
				return err
			})
		case "doc", "dont-validate", "config-cond", "mcgrp":
			return true, nil
		}
		return false, nil
	})
	if err == nil && op.name == "" {
		err = r.fail(n, "operation without a name")
	}
	o.list = append(o.list, op)
	return err
}

func (r *reader) mode(n *yaml.Node, m *mode) error {
	if v, err := r.real(n); err != nil || v.Kind == yaml.ScalarNode && v.Tag == "!!null" {
		return err
	}
	return r.fields(n, "do, dump or event", func(key string, v *yaml.Node) (bool, error) {
		switch key {
		case "request":
			m.hasRequest = true
			return true, r.side(v, &m.request)
		case "reply":
			m.hasReply = true
			return true, r.side(v, &m.reply)
		case "attributes", "pre", "post":
			return true, nil
		}
		return false, nil
	})
}

// side reads a request or a reply. Which attributes it may have is not
// needed: what was sent is shown.
func (r *reader) side(n *yaml.Node, value *optional) error {
	if v, err := r.real(n); err != nil || v.Kind == yaml.ScalarNode && v.Tag == "!!null" {
		return err
	}
	return r.fields(n, "request or reply", func(key string, v *yaml.Node) (bool, error) {
		switch key {
		case "value":
			return true, r.id(v, key, value)
		case "attributes":
			return true, nil
		}
		return false, nil
	})
}

func (r *reader) groups(n *yaml.Node, s *spec) error {
	return r.fields(n, "mcast-groups", func(key string, v *yaml.Node) (bool, error) {
		if key != "list" {
			return false, nil
		}
		return true, r.each(v, key, func(v *yaml.Node) error {
			var g group
			err := r.fields(v, "mcast-group", func(key string, v *yaml.Node) (bool, error) {
				switch key {
				case "name":
					return true, r.text(v, key, &g.name)
				case "value":
					return true, r.number(v, key, &g.id)
				case "doc", "c-define-name", "flags":
					return true, nil
				}
				return false, nil
			})
			s.groups = append(s.groups, g)
			return err
		})
	})
}
