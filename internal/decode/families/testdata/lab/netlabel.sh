# Domains, protocols and unlabeled traffic. Without a security module that
# labels, some requests are refused.
# netns: host
need netlabelctl ip
ip link set lo up
truth version netlabelctl -p mgmt version
truth protocols netlabelctl -p mgmt protocols
may netlabelctl cipso add pass doi:3 tags:1,5
may netlabelctl cipso add trans doi:8 tags:1 levels:0=0,1=1,2=5 categories:0=0,1=1,7=9
may netlabelctl cipso add local doi:9
may netlabelctl cipso add pass doi:3 tags:1
truth cipso netlabelctl -p cipso list
truth cipso8 netlabelctl -p cipso list doi:8
may netlabelctl cipso list doi:3
may netlabelctl calipso add pass doi:10
may netlabelctl calipso list
may netlabelctl calipso list doi:10
may netlabelctl map add domain:lab_t protocol:cipso,3
may netlabelctl map add domain:lab6_t protocol:calipso,10
may netlabelctl map add domain:addr_t address:10.1.0.0/16 protocol:cipso,8
may netlabelctl map add domain:addr_t address:fd00:1::/64 protocol:unlbl
may netlabelctl map del default
may netlabelctl map add default address:0.0.0.0/0 protocol:unlbl
truth map netlabelctl -p map list
may netlabelctl unlbl accept on
may netlabelctl unlbl add interface:lo address:10.1.0.0/16 label:system_u:object_r:unlabeled_t:s0
may netlabelctl unlbl add default address:fd00:1::/64 label:system_u:object_r:unlabeled_t:s0
truth unlbl netlabelctl -p unlbl list
may netlabelctl unlbl del interface:lo address:10.1.0.0/16
may netlabelctl map del domain:lab_t
may netlabelctl map del domain:addr_t
may netlabelctl cipso del doi:3
may netlabelctl calipso del doi:10
