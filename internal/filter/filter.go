// SPDX-License-Identifier: Apache-2.0

// Package filter is the one filter language of nltop: what -f takes, live and
// on files. An expression (expr-lang/expr) over the names of the JSON output
// is compiled once and matched against observations; what of it a source can
// decide by itself is derived from it (Filter.Pushdown). docs/filter.md
// describes the language.
//
// The package decides and nothing else: it neither captures nor counts, and it
// decodes a message only where an expression asks for an attribute.
package filter

import (
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// Bounds of an expression. Parentheses make no nodes but recursion, so the
// length is bounded, too.
const (
	maxSource = 16 << 10
	maxNodes  = 4096
)

// Options say what Compile knows of Netlink. The zero value accepts every name.
type Options struct {
	// Attrs are the UAPI names of all attributes and header fields, Types those
	// of all messages; see Known. Where they are set, other names are refused.
	Attrs map[string]bool
	Types map[string]bool
}

// Filter is a compiled expression. It is safe for concurrent use.
type Filter struct {
	src     string
	program *vm.Program
	push    capture.Filter
	asks    asked
	pool    sync.Pool

	note   string
	errors atomic.Uint64
	last   atomic.Pointer[Error]
}

// state is what one evaluation needs.
type state struct {
	vm  vm.VM
	env environment
}

// Compile is Options.Compile without knowledge of names.
func Compile(src string) (*Filter, error) { return Options{}.Compile(src) }

// Compile checks and compiles an expression. The error is an *Error, whose text
// shows where the mistake is.
func (o Options) Compile(src string) (f *Filter, err error) {
	if len(src) > maxSource {
		return nil, &Error{Msg: fmt.Sprintf("the expression has %d bytes, at most %d are allowed", len(src), maxSource)}
	}
	// The expression comes from a user, also at run time in the live view: a
	// panic of the library must not take nltop down.
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, &Error{Msg: fmt.Sprintf("the expression cannot be compiled: %v", r), Src: src}
		}
	}()
	tree, err := o.check(src)
	if err != nil {
		return nil, err
	}
	program, err := expr.Compile(src, append(language(), expr.AsBool(), expr.Patch(oneErrno{}), expr.Patch(commOrName{}), expr.Patch(rename{}), expr.Patch(&rewrite{}))...)
	if err != nil {
		return nil, errorOf(src, err)
	}
	f = &Filter{src: src, program: program, push: pushdown(tree), asks: asksFor(tree), note: mistaken(tree)}
	f.pool.New = func() any {
		return &state{env: environment{Proc: new(process), Cause: new(process), Trigger: new(trigger)}}
	}
	return f, nil
}

// check compiles the expression as the user wrote it, so that no mistake is
// reported in terms of what the expression is rewritten to, and checks what
// the library does not. It returns the tree with its types.
func (o Options) check(src string) (ast.Node, error) {
	program, err := expr.Compile(src, append(language(), expr.Optimize(false), expr.Patch(rename{}))...)
	if err != nil {
		return nil, errorOf(src, err)
	}
	tree := program.Node()
	if err := o.checkTree(tree); err != nil {
		return nil, err.in(src)
	}
	return tree, nil
}

// language is what both compilations have in common.
func language() []expr.Option {
	opts := []expr.Option{
		expr.Env(&environment{}),
		expr.MaxNodes(maxNodes),
		// Time comes from frames: a filter must say the same of a recording as
		// it said live.
		expr.DisableBuiltin("now"),
	}
	for _, f := range functions {
		opts = append(opts, expr.Function(f.name, f.call, reflect.New(f.typ).Interface()))
	}
	return opts
}

// Match says whether the observation passes. Where the expression fails on it
// (arithmetic with an attribute that is not there, a list index out of range)
// it does not pass, and Errors counts it.
func (f *Filter) Match(x *correlate.Observation) bool {
	s := f.pool.Get().(*state)
	s.env.fill(x, &f.asks)
	out, err := s.vm.Run(f.program, &s.env)
	s.env.X = nil
	f.pool.Put(s)
	if err == nil {
		if pass, ok := out.(bool); ok {
			return pass
		}
		err = fmt.Errorf("the result is %s, not true or false", describe(out))
	}
	f.errors.Add(1)
	f.last.Store(errorOf(f.src, err))
	return false
}

// Errors counts the observations on which the expression failed.
func (f *Filter) Errors() uint64 { return f.errors.Load() }

// LastError is how the expression failed last; nil: it did not.
func (f *Filter) LastError() error {
	if e := f.last.Load(); e != nil {
		return e
	}
	return nil
}

// Note says why an expression that is right may match nothing among messages; "" is
// nothing.
func (f *Filter) Note() string { return f.note }

// String returns the expression.
func (f *Filter) String() string { return f.src }

// Pushdown returns what a source may leave out: the frames that do not pass it
// cannot match. It may pass frames that do not match.
func (f *Filter) Pushdown() capture.Filter { return f.push }

// Narrow returns scope with by's criteria of those kinds that scope leaves
// open. The result passes all that passes both.
func Narrow(scope, by capture.Filter) capture.Filter {
	if len(scope.PIDs) == 0 {
		scope.PIDs, scope.Children = by.PIDs, by.Children
	}
	if len(scope.Comms) == 0 {
		scope.Comms = by.Comms
	}
	if len(scope.NetNS) == 0 {
		scope.NetNS = by.NetNS
	}
	if len(scope.Protocols) == 0 {
		scope.Protocols = by.Protocols
	}
	return scope
}
