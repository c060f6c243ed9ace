// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// NETLINK_CRYPTO: linux/cryptouser.h, crypto/crypto_user.c.
func crypto() *schema.Family {
	return &schema.Family{
		Name: "crypto", Protocol: unix.NETLINK_CRYPTO,
		Header: diagRec("crypto_user_alg", fields(cryptoName, "cru_name", "cru_driver_name", "cru_module_name"),
			field("cru_type", named(u32, cryptoTypes)), field("cru_mask", named(u32, cryptoTypes)), field("cru_refcnt", u32),
			field("cru_flags", named(u32, cryptoFlags))),
		Set: cryptoSet(),
		Messages: []schema.Message{
			{ID: 0x10, Name: "CRYPTO_MSG_NEWALG"}, {ID: 0x11, Name: "CRYPTO_MSG_DELALG"}, {ID: 0x12, Name: "CRYPTO_MSG_UPDATEALG"},
			{ID: 0x13, Name: "CRYPTO_MSG_GETALG"}, {ID: 0x14, Name: "CRYPTO_MSG_DELRNG", NoHeader: true}, {ID: 0x15, Name: "CRYPTO_MSG_GETSTAT"},
		},
		Lead: []string{"cru_name", "cru_driver_name", "type"},
	}
}

var cryptoName = sized(str, 64) // CRYPTO_MAX_NAME

// cryptoFlags are CRYPTO_ALG_* of include/linux/crypto.h; the four low bits are
// a number, the type.
var cryptoFlags = masks("CRYPTO_ALG", val(0x10, "CRYPTO_ALG_LARVAL"), val(0x20, "CRYPTO_ALG_DEAD"), val(0x40, "CRYPTO_ALG_DYING"),
	val(0x80, "CRYPTO_ALG_ASYNC"), val(0x100, "CRYPTO_ALG_NEED_FALLBACK"), val(0x400, "CRYPTO_ALG_TESTED"),
	val(0x800, "CRYPTO_ALG_INSTANCE"), val(0x1000, "CRYPTO_ALG_KERN_DRIVER_ONLY"), val(0x2000, "CRYPTO_ALG_INTERNAL"),
	val(0x4000, "CRYPTO_ALG_OPTIONAL_KEY"), val(0x8000, "CRYPTO_NOLOAD"), val(0x10000, "CRYPTO_ALG_ALLOCATES_MEMORY"),
	val(0x20000, "CRYPTO_ALG_FIPS_INTERNAL"))

var cryptoTypes = cryptoFlags

func cryptoSet() *schema.Set {
	kind := field("type", cryptoName)
	stat := func(name string, counters ...string) schema.Type {
		return structOf(diagRec(name, kind, fields(u64, counters...)))
	}
	crypt := []string{"stat_encrypt_cnt", "stat_encrypt_tlen", "stat_decrypt_cnt", "stat_decrypt_tlen", "stat_err_cnt"}
	return set("CRYPTOCFGA",
		unspec("CRYPTOCFGA_UNSPEC"),
		attr(1, "CRYPTOCFGA_PRIORITY_VAL", u32),
		attr(2, "CRYPTOCFGA_REPORT_LARVAL", structOf(diagRec("crypto_report_larval", kind))),
		attr(3, "CRYPTOCFGA_REPORT_HASH", structOf(diagRec("crypto_report_hash", kind, fields(bytes32, "blocksize", "digestsize")))),
		attr(4, "CRYPTOCFGA_REPORT_BLKCIPHER", structOf(diagRec("crypto_report_blkcipher", kind, field("geniv", cryptoName),
			fields(bytes32, "blocksize", "min_keysize", "max_keysize", "ivsize")))),
		attr(5, "CRYPTOCFGA_REPORT_AEAD", structOf(diagRec("crypto_report_aead", kind, field("geniv", cryptoName),
			fields(bytes32, "blocksize", "maxauthsize", "ivsize")))),
		attr(6, "CRYPTOCFGA_REPORT_COMPRESS", structOf(diagRec("crypto_report_comp", kind))),
		attr(7, "CRYPTOCFGA_REPORT_RNG", structOf(diagRec("crypto_report_rng", kind, field("seedsize", bytes32)))),
		attr(8, "CRYPTOCFGA_REPORT_CIPHER", structOf(diagRec("crypto_report_cipher", kind, fields(bytes32, "blocksize", "min_keysize", "max_keysize")))),
		attr(9, "CRYPTOCFGA_REPORT_AKCIPHER", structOf(diagRec("crypto_report_akcipher", kind))),
		attr(10, "CRYPTOCFGA_REPORT_KPP", structOf(diagRec("crypto_report_kpp", kind))),
		attr(11, "CRYPTOCFGA_REPORT_ACOMP", structOf(diagRec("crypto_report_acomp", kind))),
		attr(12, "CRYPTOCFGA_STAT_LARVAL", stat("crypto_stat_larval")),
		attr(13, "CRYPTOCFGA_STAT_HASH", stat("crypto_stat_hash", "stat_hash_cnt", "stat_hash_tlen", "stat_err_cnt")),
		attr(14, "CRYPTOCFGA_STAT_BLKCIPHER", stat("crypto_stat_cipher", crypt...)),
		attr(15, "CRYPTOCFGA_STAT_AEAD", stat("crypto_stat_aead", crypt...)),
		attr(16, "CRYPTOCFGA_STAT_COMPRESS", stat("crypto_stat_compress", "stat_compress_cnt", "stat_compress_tlen", "stat_decompress_cnt",
			"stat_decompress_tlen", "stat_err_cnt")),
		attr(17, "CRYPTOCFGA_STAT_RNG", stat("crypto_stat_rng", "stat_generate_cnt", "stat_generate_tlen", "stat_seed_cnt", "stat_err_cnt")),
		attr(18, "CRYPTOCFGA_STAT_CIPHER", stat("crypto_stat_cipher", crypt...)),
		attr(19, "CRYPTOCFGA_STAT_AKCIPHER", stat("crypto_stat_akcipher", "stat_encrypt_cnt", "stat_encrypt_tlen", "stat_decrypt_cnt",
			"stat_decrypt_tlen", "stat_verify_cnt", "stat_sign_cnt", "stat_err_cnt")),
		attr(20, "CRYPTOCFGA_STAT_KPP", stat("crypto_stat_kpp", "stat_setsecret_cnt", "stat_generate_public_key_cnt",
			"stat_compute_shared_secret_cnt", "stat_err_cnt")),
		attr(21, "CRYPTOCFGA_STAT_ACOMP", stat("crypto_stat_compress", "stat_compress_cnt", "stat_compress_tlen", "stat_decompress_cnt",
			"stat_decompress_tlen", "stat_err_cnt")),
		attr(22, "CRYPTOCFGA_REPORT_SIG", structOf(diagRec("crypto_report_sig", kind))),
	)
}
