"""The local stack: the whole of ``template.yaml`` served on one port, without AWS. ``local/README.md`` says how it is
made.
"""
