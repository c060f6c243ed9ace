// SPDX-License-Identifier: Apache-2.0

package decode

import "github.com/nltop/nltop/internal/decode/schema"

// Type returns what the tables say of a node's payload, of several types the one that was
// taken; nil: they say nothing. Whoever asks changes nothing of it.
func (n *Node) Type() *schema.Type { return n.typ }
