"""One run over several machines: shards, the parts that they write, and the merge of parts."""
